import type { Submission } from '@/shared/api/models'

/** The lab book: what a team wrote down of how its files were made, as columns, rows and lines. Pure functions. */

export type Experiment = NonNullable<Submission['experiment']>
export type Cell = string | number | boolean | null

const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Groups within groups laid flat: `{cv: {folds: 5}}` is `params.cv.folds`. */
function flat(prefix: string, value: unknown, into: Map<string, Cell>): void {
  if (isGroup(value)) for (const [name, one] of Object.entries(value)) flat(`${prefix}.${name}`, one, into)
  else into.set(prefix, value as Cell)
}

/** Everything in an experiment by the name of its column. */
export function cellsIn(experiment: Submission['experiment']): Map<string, Cell> {
  const cells = new Map<string, Cell>()
  if (!experiment) return cells
  for (const name of ['run', 'url', 'commit'] as const) if (experiment[name]) cells.set(name, experiment[name])
  if (experiment.tags?.length) cells.set('tags', experiment.tags.join(', '))
  flat('metrics', experiment.metrics ?? {}, cells)
  flat('params', experiment.params ?? {}, cells)
  return cells
}

const GROUPS = ['tags', 'run', 'commit', 'url', 'metrics', 'params']
const groupOf = (column: string) => GROUPS.indexOf(column.split('.', 1)[0]!)

/** All columns there are in the experiments, by group and then by name. */
export function columnsOf(submissions: readonly Submission[]): string[] {
  const names = new Set(submissions.flatMap(({ experiment }) => [...cellsIn(experiment).keys()]))
  return [...names].sort((a, b) => groupOf(a) - groupOf(b) || a.localeCompare(b))
}

/** The columns that hold numbers: what can be an axis. */
export function numericColumns(submissions: readonly Submission[]): string[] {
  const rows = submissions.map(({ experiment }) => cellsIn(experiment))
  return columnsOf(submissions).filter((column) => rows.some((cells) => typeof cells.get(column) === 'number'))
}

/** As it is shown: without the name of its group, where no other column has the same name. */
export function labelOf(column: string, all: readonly string[]): string {
  const short = (name: string) => name.replace(/^(params|metrics)\./, '')
  return all.filter((other) => short(other) === short(column)).length > 1 ? column : short(column)
}

const MOST_DIGITS = 7

/** As a table shows it: of a number no more digits than one reads. */
export function shownCell(value: Cell | undefined): string {
  if (value === null || value === undefined) return '–'
  return String(typeof value === 'number' ? Number(value.toPrecision(MOST_DIGITS)) : value)
}

const COMPARISON = /^(.+?)(<=|>=|!=|=|<|>)(.+)$/

/**
 * Whether a submission is asked for: every word stands somewhere in it, and every comparison (`lr<0.1`, `model=lgbm`) holds
 * of a column that ends in that name.
 */
export function matches(submission: Submission, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.length) return true
  const cells = [...cellsIn(submission.experiment)].map(([name, value]) => [name.toLowerCase(), value] as const)
  const text = [submission.memo, submission.filename, ...cells.map(([name, value]) => `${name} ${value}`)].join('\n').toLowerCase()
  return words.every((word) => {
    const [, name, sign, wanted] = COMPARISON.exec(word) ?? []
    if (name === undefined || sign === undefined || wanted === undefined) return text.includes(word)
    const scores: [string, Cell][] = [['cv', submission.cvScore], ['public', submission.publicScore]]
    const found = [...scores, ...cells].filter(([column]) => column === name || column.endsWith(`.${name}`))
    return found.some(([, value]) => holds(value, sign, wanted)) || (found.length === 0 && text.includes(word))
  })
}

function holds(value: Cell, sign: string, wanted: string): boolean {
  if (value === null) return false
  const [a, b] = [Number(value), Number(wanted)]
  const areNumbers = typeof value !== 'boolean' && !Number.isNaN(a) && !Number.isNaN(b)
  if (sign === '=') return areNumbers ? a === b : String(value).toLowerCase() === wanted
  if (sign === '!=') return areNumbers ? a !== b : String(value).toLowerCase() !== wanted
  if (!areNumbers) return false
  return { '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }[sign] ?? false
}

// --- out of the page --------------------------------------------------------------------------------------------------
/** A cell of CSV. Texts that a spreadsheet would take for a formula are kept from being one. */
function quoted(value: Cell | undefined): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const FACTS = ['id', 'createdAt', 'status', 'filename', 'memo', 'cvScore', 'publicScore', 'privateScore', 'isSelected', 'isLate'] as const

export function asCsv(submissions: readonly Submission[]): string {
  const columns = columnsOf(submissions)
  const rows = submissions.map((submission) => {
    const cells = cellsIn(submission.experiment)
    return [...FACTS.map((name) => quoted(submission[name])), ...columns.map((column) => quoted(cells.get(column)))]
  })
  return [[...FACTS, ...columns].map(quoted), ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

export function asJson(submissions: readonly Submission[]): string {
  const rows = submissions.map((submission) => ({
    ...Object.fromEntries(FACTS.map((name) => [name, submission[name]])),
    experiment: submission.experiment,
  }))
  return JSON.stringify(rows, null, 1)
}

// --- lines to edit ----------------------------------------------------------------------------------------------------
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** A line for each name: `lr = 0.05`. What would not be read back as it is stands as JSON. */
export function asLines(values: Record<string, unknown> | undefined): string {
  const nameOf = (name: string) => (/[="\n]|^\s|\s$/.test(name) ? JSON.stringify(name) : name)
  const textOf = (value: unknown) =>
    typeof value === 'string' && value.trim() === value && value && !value.includes('\n') && !isJson(value) ? value : JSON.stringify(value)
  return Object.entries(values ?? {}).map(([name, value]) => `${nameOf(name)} = ${textOf(value)}`).join('\n')
}

/** What stands in such lines; null where one has no `=`. */
export function fromLines(text: string): Record<string, unknown> | null {
  const values: [string, unknown][] = []
  for (const line of text.split('\n').filter((one) => one.trim())) {
    const [, quotedName, plainName, value] = /^\s*(?:("(?:[^"\\]|\\.)*")|([^=]*?))\s*=\s*(.*?)\s*$/.exec(line) ?? []
    const name = quotedName && isJson(quotedName) ? (JSON.parse(quotedName) as string) : plainName
    if (!name || value === undefined) return null
    values.push([name, isJson(value) ? JSON.parse(value) : value])
  }
  return Object.fromEntries(values)
}
