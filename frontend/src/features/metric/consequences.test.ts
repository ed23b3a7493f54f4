import { expect, it } from 'vitest'
import type { MetricConditions } from '@/shared/api/models'
import { consequences } from './consequences'

const conditions = (more: Partial<MetricConditions> = {}) =>
  ({
    ...{ hasSolution: true, scores: 0, needsReason: false, tellsParticipants: false, closesResult: false },
    ...{ opensObjections: false, rescorings: 5 },
    ...more,
  }) as MetricConditions

it.each([
  ['before there is a solution', { hasSolution: false }, ['noSolution', 'noScores']],
  ['before anybody submitted', {}, ['newSolution', 'noScores']],
  [
    'while it runs',
    { scores: 3, needsReason: true, tellsParticipants: true },
    ['newSolution', 'scoresStay', 'fewRescorings', 'reason', 'told'],
  ],
  [
    'once the result is confirmed',
    { scores: 3, needsReason: true, tellsParticipants: true, closesResult: true, opensObjections: true, rescorings: null },
    ['newSolution', 'scoresStay', 'reason', 'told', 'objections', 'closes'],
  ],
])('says what follows %s', (_when, more, points) => {
  expect(consequences(conditions(more))).toEqual(points)
})
