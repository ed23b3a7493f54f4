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
    .filter((submission) => !submission.isLate)
    .map(({ createdAt, publicScore }) => {
      if (best === null || isBetter(direction, publicScore, best)) best = publicScore
      return [createdAt, best]
    })
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
