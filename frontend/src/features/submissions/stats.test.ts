import { expect, it } from 'vitest'
import type { Submission } from '@/shared/api/models'
import { bestSoFar, correlation, diagonalOf } from './stats'

const submission = (createdAt: string, publicScore: number | null, isLate = false) =>
  ({ createdAt, publicScore, isLate }) as Submission

const three = [submission('12', 0.7), submission('10', 0.5), submission('11', 0.9), submission('13', null)]

it.each([
  ['larger_is_better', [['10', 0.5], ['11', 0.9], ['12', 0.9]]],
  ['smaller_is_better', [['10', 0.5], ['11', 0.5], ['12', 0.5]]],
] as const)('follows the best score when %s', (direction, line) => {
  expect(bestSoFar(three, direction)).toEqual(line)
})

it('leaves late submissions out', () => {
  expect(bestSoFar([...three, submission('14', 1, true)], 'larger_is_better')).toHaveLength(3)
})

it.each([
  [[[1, 2], [4, 5]], [[2, 2], [4, 4]]],
  [[[1, 20], [4, 50]], null],
  [[], null],
] as [[number, number][], [number, number][] | null][])('draws for %j the line where both are equal over %j', (pairs, line) => {
  expect(diagonalOf(pairs)).toEqual(line)
})

it('correlates', () => {
  expect(correlation([[1, 2], [2, 4], [3, 6]])).toBeCloseTo(1)
  expect(correlation([[1, 6], [2, 4], [3, 2]])).toBeCloseTo(-1)
  expect(correlation([[1, 1], [2, 2]])).toBeNull()
  expect(correlation([[1, 1], [1, 2], [1, 3]])).toBeNull()
})
