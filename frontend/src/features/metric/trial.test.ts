import { expect, it } from 'vitest'
import type { MetricTrial } from '@/shared/api/models'
import { caseKey, directionShown, isUsable, reasonKey, stepOf, verdictOf } from './trial'

const one = (name: string, score: number | null) => ({ name, score, refusal: '', error: '', traceback: '', seconds: 0 })
const trial = (step: string) => ({ trial: { step } as MetricTrial })

it('has a sentence for what the server does not say yet', () => {
  expect([reasonKey('perfect_is_worse'), reasonKey('something_new')]).toEqual(['metric.why_perfect_is_worse', 'metric.why_broken'])
  expect([caseKey('blanks'), caseKey('something_new')]).toEqual(['metric.case_blanks', 'metric.case_other'])
})

it.each([
  [{ trial: null }, 0],
  [trial(''), 0],
  [trial('cases'), 1],
  [trial('again'), 2],
  [trial('private'), 3],
  [trial('something new'), 0],
])('says how far %j is', (metric, step) => {
  expect(stepOf(metric)).toBe(step)
})

it.each([
  [0, '', 'score'],
  [null, 'Only numbers', 'refused'],
  [null, '', 'failed'],
] as const)('tells a score from a refusal from a fault: %j %j', (score, refusal, verdict) => {
  expect(verdictOf({ score, refusal })).toBe(verdict)
})

it.each([
  ['smaller_is_better', 0, 3, true],
  ['larger_is_better', 0, 3, false],
  ['larger_is_better', 1, 0.5, true],
] as const)('shows which way scores go: %s with %d and %d', (direction, perfect, sample, isBetter) => {
  expect(directionShown([one('perfect', perfect), one('sample', sample)], direction)).toMatchObject({ isBetter, isEqual: false })
})

it('takes the shuffled values where there is no sample, and says nothing where a score is missing', () => {
  expect(directionShown([one('perfect', 0), one('shuffled', 2)], 'smaller_is_better')).toMatchObject({ other: 2 })
  expect(directionShown([one('perfect', null), one('sample', 2)], 'smaller_is_better')).toBeNull()
})

it.each([
  ['passed', true, true],
  ['failed', true, false],
  ['none', true, false],
  ['none', false, true],
  ['pending', false, false],
] as const)('lets a version that %s score, with a solution %s: %s', (trialStatus, hasSolution, usable) => {
  expect(isUsable({ trialStatus, isActive: false }, hasSolution)).toBe(usable)
  expect(isUsable({ trialStatus, isActive: true }, hasSolution)).toBe(false)
})
