import type { Row } from '@/shared/competition/board'

/** The 95 % interval of a row's rank, as text; null while nobody knows it. */
export function rangeOf(row: Row, format: (rank: number) => string): string | null {
  const { rankLow: low, rankHigh: high } = row
  if (low == null || high == null) return null
  return low === high ? format(low) : `${format(low)}–${format(high)}`
}

/** Whether the team below might as well stand above. */
export const isTiedWithNext = (row: Row): boolean => row.isToldApart === false

/** What a board says of its noise: which words, and which numbers they hold. */
export interface WobbleWords {
  key: 'wobble' | 'wobbleSmall'
  size: number
}

/** A wobble below the last digit shown is said to be less than that digit. */
export function wobbleWords(deviation: number, digits: number): WobbleWords {
  return deviation > 0 ? { key: 'wobble', size: deviation } : { key: 'wobbleSmall', size: 10 ** -digits }
}
