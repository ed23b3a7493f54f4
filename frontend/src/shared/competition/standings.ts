import type { Competition, History } from '@/shared/api/models'

export type Direction = Competition['metric']['direction']

/** From `at` (milliseconds) on, `score` is the team's best. */
export interface Point {
  team: number
  at: number
  score: number
}

export interface Place extends Point {
  rank: number
}

/** Every improvement of every team, oldest first. */
export function pointsOf(history: Pick<History, 'points'>): Point[] {
  const points: Point[] = []
  for (const [team, improvements] of Object.entries(history.points)) {
    for (const [time, score] of improvements) {
      const at = Date.parse(String(time))
      if (typeof score === 'number' && Number.isFinite(at)) points.push({ team: Number(team), at, score })
    }
  }
  return points.sort((a, b) => a.at - b.at)
}

/** How many of the points, oldest first, were known at a moment. */
export function knownAt(points: readonly Point[], moment: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]!.at <= moment) low = middle + 1
    else high = middle
  }
  return low
}

/** The better score first; of equal ones the earlier, as on the leaderboard. */
function byRank(direction: Direction) {
  const sign = direction === 'larger_is_better' ? -1 : 1
  return (a: Point, b: Point) => (a.score === b.score ? a.at - b.at || a.team - b.team : sign * (a.score < b.score ? -1 : 1))
}

/** Who stood where after the first `known` points. */
export function standings(points: readonly Point[], known: number, direction: Direction): Place[] {
  const best = new Map<number, Point>()
  for (const point of points.slice(0, known)) best.set(point.team, point)
  return [...best.values()].sort(byRank(direction)).map((point, index) => ({ ...point, rank: index + 1 }))
}

export function standingsAt(points: readonly Point[], moment: number, direction: Direction): Place[] {
  return standings(points, knownAt(points, moment), direction)
}

/** The best `top` places and, wherever it is, one's own. */
export function shownPlaces(places: readonly Place[], top: number, mine: number | null): Place[] {
  return places.filter((place) => place.rank <= top || place.team === mine)
}

/** Each team's places over time: one whenever its rank or its score became another. */
export function rankLines(points: readonly Point[], direction: Direction): Map<number, Place[]> {
  const lines = new Map<number, Place[]>()
  const order: Point[] = []
  const compare = byRank(direction)
  for (let index = 0; index < points.length; ) {
    const at = points[index]!.at
    for (let point = points[index]; point?.at === at; point = points[(index += 1)]) {
      const { team } = point
      const before = order.findIndex((other) => other.team === team)
      if (before >= 0) order.splice(before, 1)
      order.push(point)
    }
    order.sort(compare)
    order.forEach(({ team, score }, place) => {
      const line = lines.get(team) ?? []
      const last = line.at(-1)
      if (last?.rank !== place + 1 || last.score !== score) line.push({ team, at, score, rank: place + 1 })
      lines.set(team, line)
    })
  }
  return lines
}

const SHORTEST = 0.12

/**
 * The length of a bar, 0 to 1: the best shown is the longest and the worst the shortest, whichever way the metric goes.
 * From zero, scores that differ in the third digit would all look the same.
 */
export function barLength(score: number, best: number, worst: number): number {
  const share = (score - worst) / (best - worst)
  return best === worst ? 1 : SHORTEST + (1 - SHORTEST) * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
}

/** The closest change before or after a moment; null when there is none. */
export function neighbour(points: readonly Point[], moment: number, way: -1 | 1): number | null {
  if (way === 1) return points[knownAt(points, moment)]?.at ?? null
  let index = knownAt(points, moment) - 1
  while (index >= 0 && points[index]!.at >= moment) index -= 1
  return points[index]?.at ?? null
}
