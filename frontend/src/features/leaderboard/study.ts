import type { BaselineLine, Row } from '@/shared/competition/board'
import { standingsAt, type Direction, type Point } from '@/shared/competition/standings'

/** What can be read out of a leaderboard: distances, changes and how the scores are spread. Pure functions. */

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** By how much the first score is better than the second; negative if it is worse, null if one is missing. */
export function lead(one: number | null | undefined, other: number | null | undefined, direction: Direction): number | null {
  if (one === null || one === undefined || other === null || other === undefined) return null
  return direction === 'larger_is_better' ? one - other : other - one
}

/** How far back changes are looked at, in milliseconds: a day, or an hour where a competition has not run for two days. */
export function spanOf(start: number, now: number): number {
  return now - start >= 2 * DAY ? DAY : HOUR
}
export const isDay = (span: number) => span === DAY

/** Places won (above zero) or lost since `since`, by team; `new` for a team that had no score yet. Unchanged teams are left out. */
export function changesSince(points: readonly Point[], since: number, direction: Direction): Map<number, number | 'new'> {
  const before = new Map(standingsAt(points, since, direction).map(({ team, rank }) => [team, rank]))
  const changes = new Map<number, number | 'new'>()
  for (const { team, rank } of standingsAt(points, Number.POSITIVE_INFINITY, direction)) {
    const was = before.get(team)
    if (was !== rank) changes.set(team, was === undefined ? 'new' : was - rank)
  }
  return changes
}

export interface Bin {
  from: number
  to: number
  count: number
  isMine: boolean
}

const MOST_BINS = 24
// What is farther from the middle than this many times the distance of the best would flatten all the others.
const FAR = 3

/**
 * How many teams have which score, worst first. Scores far behind the rest are counted in the first bin, so that one team
 * with a score of a thousand does not press a hundred others into a single bar.
 */
export function histogram(scores: readonly number[], mine: number | null, direction: Direction): Bin[] {
  const sign = direction === 'larger_is_better' ? 1 : -1
  const values = scores.filter(Number.isFinite).map((score) => score * sign).sort((a, b) => a - b)
  const best = values.at(-1)
  const worst = values[0]
  if (best === undefined || worst === undefined) return []
  const middle = values[values.length >> 1]!
  const low = Math.max(worst, middle - FAR * Math.max(best - middle, Number.EPSILON))
  const bins = best === low ? 1 : Math.min(MOST_BINS, Math.max(5, Math.ceil(2 * Math.cbrt(values.length) * 1.5)))
  const width = (best - low) / bins
  const binOf = (value: number) => Math.min(bins - 1, Math.max(0, width > 0 ? Math.floor((value - low) / width) : 0))
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) counts[binOf(value)]! += 1
  const own = mine === null ? -1 : binOf(mine * sign)
  return counts.map((count, index) => ({ from: (low + index * width) * sign, to: (low + (index + 1) * width) * sign, count, isMine: index === own }))
}

/** Improvements by day, from the first to the last, with days without one in between. `dayOf` names the day of a moment. */
export function byDay(moments: readonly number[], dayOf: (moment: number) => string): { day: string; at: number; count: number }[] {
  const sorted = [...moments].sort((a, b) => a - b)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (first === undefined || last === undefined) return []
  const days = new Map<string, { day: string; at: number; count: number }>()
  for (let at = first; at < last + DAY; at += DAY) {
    const moment = Math.min(at, last)
    const day = dayOf(moment)
    if (!days.has(day)) days.set(day, { day, at: moment, count: 0 })
  }
  for (const moment of sorted) days.get(dayOf(moment))!.count += 1
  return [...days.values()]
}

/** Where one's own row stands in the list, counted from zero; null if it has no place there. */
export function indexOfMine(me: Row | null, isSearching: boolean, rowAt: (index: number) => Row | undefined, count: number): number | null {
  if (!me) return null
  if (!isSearching) return me.rank === null ? null : me.rank - 1
  for (let index = 0; index < count; index += 1) if (rowAt(index)?.isMine) return index
  return null
}

/** Baselines by the place at which their line lies, those of one place together; none beyond the rows there are. */
export function linesAt(baselines: readonly BaselineLine[], rows: number): { after: number; baselines: BaselineLine[] }[] {
  const places = new Map<number, BaselineLine[]>()
  for (const one of baselines) {
    const after = Math.min(one.after, rows)
    places.set(after, [...(places.get(after) ?? []), one])
  }
  return [...places].map(([after, found]) => ({ after, baselines: found }))
}
