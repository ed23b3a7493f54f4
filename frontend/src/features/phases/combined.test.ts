import { describe, expect, it } from 'vitest'
import { combinedChanges, combinedDraft, isSame, pointsIn, type CombinedDraft } from './combined'
import { DEVELOPMENT, FINAL } from './cup.testing'

const weighed = [DEVELOPMENT, { ...FINAL, combinedWeight: 2 }]
const before = combinedDraft({ combinedRule: 'points', combinedPoints: [25, 18] }, weighed)

it('holds what the server tells', () => {
  expect(before).toEqual({ combinedRule: 'points', combinedPoints: '25, 18', weights: { 1: '1', 2: '2' } })
})

it.each([
  ['25, 18,15', [25, 18, 15]],
  ['25 18', [25, 18]],
  ['25、18', [25, 18]],
  ['', []],
  ['25, many', [25, 'many']],
])('reads points out of %j', (text, points) => {
  expect(pointsIn(text)).toEqual(points)
})

describe('what is sent', () => {
  it.each<[string, Partial<CombinedDraft>, object]>([
    ['nothing', { combinedPoints: '25 18' }, { competition: {}, weights: [] }],
    ['other points', { combinedPoints: '10' }, { competition: { combinedPoints: [10] }, weights: [] }],
    ['the usual points', { combinedPoints: '' }, { competition: { combinedPoints: [] }, weights: [] }],
    ['another rule, without points that it has no use for', { combinedRule: 'mean_rank', combinedPoints: '10' }, { competition: { combinedRule: 'mean_rank' }, weights: [] }],
    ['no rule', { combinedRule: '' }, { competition: { combinedRule: '' }, weights: [] }],
    ['weights of the phases that changed', { combinedRule: 'weighted_score', weights: { 1: '0.5', 2: '2' } }, { competition: { combinedRule: 'weighted_score' }, weights: [[1, 0.5]] }],
    ['no weights for another rule', { weights: { 1: '0.5', 2: '2' } }, { competition: {}, weights: [] }],
  ])('%s', (_, changes, sent) => {
    expect(combinedChanges(before, { ...before, ...changes })).toEqual(sent)
  })

  it('is nothing where nothing changed', () => {
    expect(isSame(combinedChanges(before, before))).toBe(true)
    expect(isSame(combinedChanges(before, { ...before, combinedRule: '' }))).toBe(false)
  })
})
