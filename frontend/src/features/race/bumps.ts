import { knownAt, rankLines, type Direction, type Place, type Point } from '@/shared/competition/standings'

const HOUR = 3_600_000
const DAY = 24 * HOUR
// From the finest to the coarsest; a chart with more steps than this is a wiring diagram again.
const SIZES = [HOUR / 12, HOUR / 4, HOUR, 3 * HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY]
const MOST_STEPS = 30

/** The moments at which ranks are drawn: ends of equal spans, few enough that each is a step one can see. */
export function bucketEnds(start: number, last: number): number[] {
  const size = SIZES.find((one) => (last - start) / one <= MOST_STEPS) ?? (last - start) / MOST_STEPS
  const ends: number[] = []
  for (let end = start + size; end < last; end += size) ends.push(end)
  return [...ends, last]
}

/** Each team's rank at the end of every span, from its first score on: a line that passes others only between two spans. */
export function bumpLines(points: readonly Point[], direction: Direction, ends: readonly number[]): Map<number, Place[]> {
  const lines = new Map<number, Place[]>()
  for (const [team, line] of rankLines(points, direction)) {
    const bumps: Place[] = []
    for (const end of ends) {
      const known = knownAt(line, end)
      const place = line[known - 1]
      if (place) bumps.push({ ...place, at: end })
    }
    if (bumps.length > 0) lines.set(team, bumps)
  }
  return lines
}
