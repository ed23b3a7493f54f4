import type { BoardKind } from '@/shared/competition/board'

/** A number beside the score, by its place among the competition's columns. */
export type NumberColumn = `number${number}`
type Fixed = 'rank' | 'interval' | 'shakeUp' | 'team' | 'publicScore' | 'score' | 'gap' | 'recent' | 'submissions' | 'last'
export type Column = Fixed | NumberColumn

/** Which of the numbers beside the score a column shows; null: none of them. */
export const numberOf = (column: Column): number | null => (column.startsWith('number') ? Number(column.slice(6)) : null)

interface Known {
  /** Whether the public scores of a final board, and the changes of the last hours, are known. */
  publicScores: boolean
  recent: boolean
  /** Whether it is known how sure the ranks are. */
  intervals: boolean
  /** How many numbers are shown beside the score. */
  numbers: number
}

// The widths of the grid, and from which width of the window a column is shown.
const WIDTHS: Record<Fixed, string> = {
  rank: '3.6rem',
  interval: '4.2rem',
  shakeUp: '3.2rem',
  team: 'minmax(0, 1fr)',
  publicScore: 'minmax(5.5rem, auto)',
  score: 'minmax(6rem, auto)',
  gap: '5.5rem',
  recent: '3.4rem',
  submissions: '4rem',
  last: '8rem',
}
const PHONE: Partial<Record<Fixed, string>> = {
  rank: '2.4rem',
  shakeUp: '2rem',
  team: 'minmax(0, 1fr)',
  score: 'auto',
}
// Fixed: each row is a grid of its own, and a long name in the head must not move what stands below it.
const NUMBER_WIDTH = '5rem'
const isWide = (name: Column) => name === 'gap' || name === 'recent' || numberOf(name) !== null

export function columnsOf(kind: BoardKind, { publicScores, recent, intervals, numbers }: Known): Column[] {
  const isFinal = kind !== 'public'
  return [
    'rank',
    ...(isFinal && intervals ? (['interval'] as const) : []),
    ...(isFinal ? (['shakeUp'] as const) : []),
    'team',
    ...(isFinal && publicScores ? (['publicScore'] as const) : []),
    'score',
    ...Array.from({ length: numbers }, (_, index): NumberColumn => `number${index}`),
    ...(numbers === 0 ? (['gap'] as const) : []),
    ...(recent && numbers < 2 ? (['recent'] as const) : []),
    'submissions',
    // Names need the room, and nothing is new on a final board.
    ...((isFinal && intervals) || numbers > 1 ? [] : (['last'] as const)),
  ]
}

/** The same columns as tracks of a grid, for a window of each width. */
export function tracksOf(columns: readonly Column[]) {
  const written = (shown: readonly Column[], widths: Partial<Record<Fixed, string>>) =>
    shown.map((name) => (numberOf(name) === null ? widths[name as Fixed] : NUMBER_WIDTH)).join(' ')
  return {
    '--columns-wide': written(columns, WIDTHS),
    '--columns-middle': written(columns.filter((name) => !isWide(name)), WIDTHS),
    '--columns-phone': written(
      columns.filter((name) => name in PHONE),
      columns.includes('interval') ? { ...PHONE, rank: '3rem' } : PHONE,
    ),
  }
}
