import type { Submission } from '@/shared/api/models'

export type Direction = 'smaller_is_better' | 'larger_is_better'

export const isBetter = (direction: Direction, a: number, b: number) => (direction === 'smaller_is_better' ? a < b : a > b)

/** Scored submissions with a public score, oldest first. */
export function scored(submissions: Submission[]): (Submission & { publicScore: number })[] {
  return submissions
    .filter((submission): submission is Submission & { publicScore: number } => submission.publicScore !== null)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
}

/** The best score so far at the time of each submission, in time order. */
export function bestSoFar(submissions: Submission[], direction: Direction): [string, number][] {
  let best: number | null = null
  return scored(submissions)
    .filter((submission) => !submission.isLate && !submission.isVoid)
    .map(({ createdAt, publicScore }) => {
      if (best === null || isBetter(direction, publicScore, best)) best = publicScore
      return [createdAt, best]
    })
}

/**
 * The line on which the CV score is the public score, over the range that both share; null where they share none, as two
 * different measures do.
 */
export function diagonalOf(pairs: readonly (readonly [number, number, ...unknown[]])[]): [number, number][] | null {
  if (pairs.length === 0) return null
  const range = (index: 0 | 1) => pairs.map((pair) => pair[index])
  const from = Math.max(Math.min(...range(0)), Math.min(...range(1)))
  const to = Math.min(Math.max(...range(0)), Math.max(...range(1)))
  return from < to ? [[from, from], [to, to]] : null
}

/** Pearson's correlation; null below three pairs, or where one side does not vary. */
export function correlation(pairs: [number, number][]): number | null {
  if (pairs.length < 3) return null
  const mean = (index: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[index], 0) / pairs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  let [xy, xx, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xy += (x - meanX) * (y - meanY)
    xx += (x - meanX) ** 2
    yy += (y - meanY) ** 2
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy)
}
