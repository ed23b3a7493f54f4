import { expect, it } from 'vitest'
import type { Competition, ScoringRun } from '@/shared/api/models'
import { stepsOf } from './next'

const STARTS = '2026-06-01T00:00:00Z'
const ENDS = '2026-06-11T00:00:00Z'
const AFTER = '2026-06-11T00:05:00Z'
type Facts = Pick<Competition, 'state' | 'isPublished' | 'startsAt' | 'endsAt'>
const cup: Facts = { state: 'running', isPublished: true, startsAt: STARTS, endsAt: ENDS }
const run = (status: ScoringRun['status'], createdAt = AFTER) => ({ kind: 'private', status, createdAt }) as ScoringRun
const nextOf = (facts: Partial<Facts>, now: string, runs: ScoringRun[] = []) => stepsOf({ ...cup, ...facts }, runs, Date.parse(now)).find(({ state }) => state === 'now')?.name

it.each([
  ['a draft is published', { isPublished: false }, '2026-05-30T00:00:00Z', [], 'publish'],
  ['a draft whose time has come is published all the same', { isPublished: false }, '2026-06-02T00:00:00Z', [], 'publish'],
  ['what is published starts', { state: 'upcoming' }, '2026-05-31T23:59:59Z', [], 'start'],
  ['what runs ends', {}, STARTS, [], 'end'],
  ['what has ended is scored', {}, ENDS, [], 'score'],
  ['a run of before the end scores nothing private', {}, AFTER, [run('complete', '2026-06-10T00:00:00Z')], 'score'],
  ['a run under way is waited for', {}, AFTER, [run('running')], 'score'],
  ['a run that failed is done again', {}, AFTER, [run('failed'), run('complete')], 'score'],
  ['what is scored is confirmed', { state: 'finished' }, AFTER, [run('complete'), run('failed')], 'confirm'],
  ['what is confirmed has nothing before it', { state: 'confirmed' }, AFTER, [], undefined],
] as const)('%s', (_, facts, now, runs, next) => {
  expect(nextOf(facts, now, [...runs])).toBe(next)
})

it('what comes before the next step is done, what comes after it is not', () => {
  expect(stepsOf(cup, [], Date.parse(STARTS)).map(({ state }) => state)).toEqual(['done', 'done', 'now', 'later', 'later'])
})
