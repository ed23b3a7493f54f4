import type { ApiProblem } from '@/shared/api/errors'
import type { CsvRow } from './csv'

/** A fault at a place of the file, as the report lists it. */
export interface Located {
  problem: ApiProblem
  line: number | null
  /** The line itself, cut around the cell that is wrong: what stands before it, the cell, what follows. */
  excerpt: [string, string, string] | null
}

export interface Kind {
  code: string
  /** How many there are, listed or not. */
  count: number
  unlisted: number
}

const has = (value: unknown) => value !== null && value !== undefined && value !== ''

export const isLocated = (problem: ApiProblem) =>
  [problem.row, problem.id, problem.column, problem.expected, problem.found].some(has)

/** The kinds of faults in a refused file, in the order of the server, and how often each one occurs. */
export function kindsOf(problems: ApiProblem[]): Kind[] {
  const found = new Map<string, Kind>()
  for (const { code, more = 0 } of problems) {
    const kind = found.get(code) ?? { code, count: 0, unlisted: 0 }
    kind.count += 1 + more
    kind.unlisted += more
    found.set(code, kind)
  }
  return [...found.values()]
}

const CONTEXT = 40

/** A line of the file around the cell that is at fault; null where it can't be told which one that is. */
export function excerptOf(text: string, wrong: unknown): [string, string, string] | null {
  const cell = typeof wrong === 'string' ? wrong.replace(/…$/, '') : ''
  const at = cell ? cellAt(text, cell) : -1
  if (at === -1) return null
  const before = text.slice(0, at)
  const after = text.slice(at + cell.length)
  return [
    before.length > CONTEXT ? `…${before.slice(-CONTEXT)}` : before,
    cell,
    after.length > CONTEXT ? `${after.slice(0, CONTEXT)}…` : after,
  ]
}

/** Where a cell begins that is, or begins with, this text: the 1 in 21 is none. -1 where there is none. */
function cellAt(text: string, cell: string): number {
  for (let at = text.indexOf(cell); at !== -1; at = text.indexOf(cell, at + 1)) {
    if (at === 0 || /[,"\s]/.test(text[at - 1] as string)) return at
  }
  return -1
}

/** What stands in the file and should not: the cell, or the id where the fault is one of ids. An empty cell is not to be seen. */
const wrongIn = ({ code, found, id }: ApiProblem) => found ?? (code.endsWith('_ids') ? id : null)

/** The faults that have a place, with the lines on which they stand in the file where that is known. */
export function locate(problems: ApiProblem[], rows: ReadonlyMap<number, CsvRow>): Located[] {
  return problems.filter(isLocated).map((problem) => {
    const row = has(problem.row) ? rows.get(problem.row as number) : undefined
    return { problem, line: row?.line ?? null, excerpt: row ? excerptOf(row.text, wrongIn(problem)) : null }
  })
}

const quoted = (value: unknown) => {
  const text = has(value) ? String(value) : ''
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The report as a CSV file, to work it off in an editor or a notebook. */
export function asCsv(located: Located[]): string {
  const lines = located.map(({ problem, line }) =>
    [line, problem.row, problem.id, problem.column, problem.found, problem.expected, problem.code, problem.detail, problem.more],
  )
  return [['line', 'row', 'id', 'column', 'found', 'expected', 'kind', 'problem', 'more'], ...lines]
    .map((cells) => `${cells.map(quoted).join(',')}\n`)
    .join('')
}
