import { describe, expect, it } from 'vitest'
import type { Row } from '@/shared/competition/board'
import type { Point } from '@/shared/competition/standings'
import { byDay, changesSince, histogram, indexOfMine, lead, spanOf, linesAt } from './study'

const LARGER = 'larger_is_better'
const SMALLER = 'smaller_is_better'
const HOUR = 3_600_000

it.each([
  [0.9, 0.8, LARGER, 0.1],
  [0.9, 0.8, SMALLER, -0.1],
  [3, 5, SMALLER, 2],
  [null, 5, SMALLER, null],
  [3, undefined, LARGER, null],
] as const)('%s leads %s, %s, by %s', (one, other, direction, by) => {
  const found = lead(one, other, direction)
  if (by === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(by)
})

it.each([
  [3 * HOUR, HOUR],
  [47 * HOUR, HOUR],
  [48 * HOUR, 24 * HOUR],
])('after %i ms changes are those of the last %i', (running, span) => {
  expect(spanOf(1000, 1000 + running)).toBe(span)
})

describe('changes', () => {
  const points: Point[] = [
    { team: 1, at: 10, score: 0.5 },
    { team: 2, at: 20, score: 0.6 },
    { team: 3, at: 30, score: 0.7 },
    { team: 1, at: 40, score: 0.9 },
    { team: 4, at: 50, score: 0.1 },
  ]
  it('tells who rose, who fell and who is new', () => {
    expect(changesSince(points, 35, LARGER)).toEqual(new Map<number, number | 'new'>([[1, 2], [3, -1], [2, -1], [4, 'new']]))
  })
  it('goes by the direction of the metric', () => {
    expect(changesSince(points.slice(0, 3), 25, SMALLER)).toEqual(new Map([[3, 'new']]))
  })
  it('says nothing about who stands where they stood', () => {
    expect(changesSince(points, 60, LARGER).size).toBe(0)
  })
})

describe('histogram', () => {
  const count = (bins: { count: number }[]) => bins.reduce((sum, bin) => sum + bin.count, 0)

  it.each([LARGER, SMALLER] as const)('counts every team once and marks one bin as mine, %s', (direction) => {
    const scores = Array.from({ length: 100 }, (_, index) => index / 100)
    const bins = histogram(scores, 0.42, direction)
    expect(count(bins)).toBe(100)
    const mine = bins.filter((bin) => bin.isMine)
    expect(mine).toHaveLength(1)
    expect(Math.min(mine[0]!.from, mine[0]!.to)).toBeLessThanOrEqual(0.42)
    expect(Math.max(mine[0]!.from, mine[0]!.to)).toBeGreaterThanOrEqual(0.42)
  })
  it('ends with the best scores, whichever way the metric goes', () => {
    expect(histogram([1, 2, 3, 4], null, SMALLER).at(-1)!.to).toBe(1)
    expect(histogram([1, 2, 3, 4], null, LARGER).at(-1)!.to).toBe(4)
  })
  it('lets no score far behind press the others into one bar', () => {
    const bins = histogram([1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1e9], null, SMALLER)
    expect(Math.max(...bins.map((bin) => bin.count))).toBeLessThanOrEqual(3)
    expect(count(bins)).toBe(8)
  })
  it.each([[[]], [[Number.NaN]]])('of %j is empty', (scores) => expect(histogram(scores, null, LARGER)).toEqual([]))
  it('of equal scores is one bar', () => expect(histogram([2, 2, 2], 2, LARGER)).toEqual([{ from: 2, to: 2, count: 3, isMine: true }]))
})

it('counts improvements by day, and days without one', () => {
  const at = (text: string) => Date.parse(text)
  const moments = [at('2026-11-21T23:30:00Z'), at('2026-11-23T00:10:00Z'), at('2026-11-21T01:00:00Z')]
  const days = byDay(moments, (moment) => new Date(moment).toISOString().slice(0, 10))
  expect(days.map(({ day, count }) => [day, count])).toEqual([['2026-11-21', 2], ['2026-11-22', 0], ['2026-11-23', 1]])
})

describe('own row', () => {
  const me = { rank: 7, isMine: true } as Row
  const rows = [{ isMine: false }, me] as Row[]
  const rowAt = (index: number) => rows[index]
  it('stands at its rank', () => expect(indexOfMine(me, false, rowAt, 2)).toBe(6))
  it('stands where a search found it', () => expect(indexOfMine(me, true, rowAt, 2)).toBe(1))
  it('has no place without a score', () => expect(indexOfMine({ ...me, rank: null }, false, rowAt, 2)).toBeNull())
  it('has no place among what a search left', () => expect(indexOfMine(me, true, () => undefined, 2)).toBeNull())
  it('is nobody for visitors', () => expect(indexOfMine(null, false, rowAt, 2)).toBeNull())
})

describe('the lines of baselines', () => {
  const line = (name: string, after: number) => ({ name, score: 0.5, after })

  it('lie where the better teams end, those of one place together', () => {
    expect(linesAt([line('a', 1), line('b', 1), line('c', 3)], 10)).toEqual([
      { after: 1, baselines: [line('a', 1), line('b', 1)] },
      { after: 3, baselines: [line('c', 3)] },
    ])
  })

  it('lie at the end where there are fewer rows', () => {
    expect(linesAt([line('a', 4)], 2)).toEqual([{ after: 2, baselines: [line('a', 4)] }])
  })
})
