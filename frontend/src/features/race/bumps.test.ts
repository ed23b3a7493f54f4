import { describe, expect, it } from 'vitest'
import type { Point } from '@/shared/competition/standings'
import { bucketEnds, bumpLines } from './bumps'

const HOUR = 3_600_000

describe('spans', () => {
  it.each([
    [8 * HOUR, HOUR],
    [7 * HOUR, HOUR / 4],
    [24 * HOUR, HOUR],
    [14 * 24 * HOUR, 24 * HOUR],
  ])('of %i ms', (length, size) => {
    const ends = bucketEnds(1000, 1000 + length)
    expect(ends.at(-1)).toBe(1000 + length)
    expect(ends.length).toBeLessThanOrEqual(30)
    expect(ends[0]).toBe(1000 + size)
  })
  it('end with the last moment also where that is in the middle of one', () => {
    expect(bucketEnds(0, 2.5 * HOUR).at(-1)).toBe(2.5 * HOUR)
  })
})

describe('bump lines', () => {
  const points: Point[] = [
    { team: 1, at: 10, score: 0.5 },
    { team: 2, at: 20, score: 0.6 },
    { team: 1, at: 30, score: 0.7 },
    { team: 2, at: 35, score: 0.8 },
    { team: 3, at: 45, score: 0.9 },
  ]
  const ranks = (team: number, ends: number[]) => bumpLines(points, 'larger_is_better', ends).get(team)?.map(({ at, rank }) => [at, rank])

  it('keep the rank at the end of each span, and not what happened within', () => {
    expect(ranks(1, [20, 40, 60])).toEqual([[20, 2], [40, 2], [60, 3]])
    expect(ranks(2, [20, 40, 60])).toEqual([[20, 1], [40, 1], [60, 2]])
  })
  it('begin with the first score', () => {
    expect(ranks(3, [20, 40, 60])).toEqual([[60, 1]])
  })
  it('of nobody are none', () => {
    expect(bumpLines([], 'larger_is_better', [10]).size).toBe(0)
  })
})
