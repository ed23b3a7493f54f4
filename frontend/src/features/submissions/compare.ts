import type { Submission } from '@/shared/api/models'
import { cellsOf, readRows, type Source } from './csv'
import { correlation, isBetter, type Direction } from './stats'

/** A submitted file: its columns without the first, which holds the ids, and the cells of each id. */
export interface Table {
  columns: string[]
  rows: Map<string, string[]>
}

export interface ColumnComparison {
  column: string
  /** Of columns of numbers; null where one of them does not vary, and for words. */
  correlation: number | null
  meanDifference: number | null
  /** How many of the rows say the same, 0 to 1. */
  agreement: number
}

export interface Difference {
  id: string
  column: string
  first: string
  second: string
}

export interface Comparison {
  rows: number
  columns: ColumnComparison[]
  /** Where they differ most, the greatest difference first. */
  most: Difference[]
}

const SHOWN = 10

/** Null where the browser can't read the file. */
export async function readTable(source: Source): Promise<Table | null> {
  const table: Table = { columns: [], rows: new Map() }
  let hasHeader = false
  const isWhole = await readRows(source, ({ text }) => {
    const [id = '', ...cells] = cellsOf(text)
    if (hasHeader) table.rows.set(id, cells)
    else table.columns = cells
    hasHeader = true
  })
  return isWhole ? table : null
}

/** Two files of one competition, row by row of the ids that both have. */
export function compare(first: Table, second: Table): Comparison {
  const ids = [...first.rows.keys()].filter((id) => second.rows.has(id))
  const differences: (Difference & { size: number })[] = []
  const columns = first.columns.flatMap((column, at): ColumnComparison[] => {
    const there = second.columns.indexOf(column)
    if (there === -1) return []
    const pairs = ids.map((id) => [first.rows.get(id)?.[at] ?? '', second.rows.get(id)?.[there] ?? ''] as const)
    const numbers = pairs.map(([a, b]) => [Number(a || NaN), Number(b || NaN)] as [number, number])
    const isNumeric = numbers.length > 0 && numbers.every(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
    const sizes = isNumeric ? numbers.map(([a, b]) => Math.abs(a - b)) : pairs.map(([a, b]) => Number(a !== b))
    // Each column in its own measure, so that large numbers do not hide small ones.
    const scale = sizes.reduce((most, size) => Math.max(most, size), 0) || 1
    sizes.forEach((size, index) => {
      if (size === 0) return
      const [a, b] = pairs[index] as readonly [string, string]
      differences.push({ id: ids[index] as string, column, first: a, second: b, size: size / scale })
    })
    return [
      {
        column,
        correlation: isNumeric ? correlation(numbers) : null,
        meanDifference: isNumeric ? sizes.reduce((sum, size) => sum + size, 0) / sizes.length : null,
        agreement: pairs.length ? sizes.filter((size) => size === 0).length / pairs.length : 0,
      },
    ]
  })
  const most = differences.sort((a, b) => b.size - a.size).slice(0, SHOWN)
  return { rows: ids.length, columns, most: most.map(({ id, column, first: a, second: b }) => ({ id, column, first: a, second: b })) }
}

/** How far two files are from each other: 0 for the same predictions, larger the less they go together. */
export function distance({ columns }: Comparison): number {
  const distances = columns.map(({ correlation: r, agreement }) => 1 - (r ?? agreement))
  return distances.length ? distances.reduce((sum, one) => sum + one, 0) / distances.length : 0
}

/** The two of several files that are furthest from each other. */
export function mostDifferent<T>(files: readonly (readonly [T, Table])[]): { pair: [T, T]; comparison: Comparison } | null {
  let found: { pair: [T, T]; comparison: Comparison } | null = null
  files.forEach(([a, first], index) => {
    for (const [b, second] of files.slice(index + 1)) {
      const comparison = compare(first, second)
      if (!found || distance(comparison) > distance(found.comparison)) found = { pair: [a, b], comparison }
    }
  })
  return found
}

/** What may count in the end: scored in time, and not taken out of the ranking. */
export const eligible = (submissions: readonly Submission[]) =>
  submissions.filter(({ status, isLate, isVoid, publicScore }) => status === 'scored' && !isLate && !isVoid && publicScore !== null)

/** The best ones by one of the scores that a team knows, the best first; of equal ones the earlier. */
export function bestBy(submissions: readonly Submission[], score: 'publicScore' | 'cvScore', direction: Direction): Submission[] {
  return eligible(submissions)
    .filter((submission) => submission[score] !== null)
    .sort((a, b) => {
      const [x, y] = [a[score] as number, b[score] as number]
      if (x !== y) return isBetter(direction, x, y) ? -1 : 1
      return a.createdAt.localeCompare(b.createdAt)
    })
}
