/**
 * A look at a file in the browser before it is sent: columns, ids and values, held against the sample submission. The
 * server's word is the one that counts; this saves an upload that can't go well.
 */
import { cellsOf, readRows, type Source } from './csv'

export type Kind = 'repeated_id' | 'unknown_id' | 'missing_id' | 'empty' | 'not_a_number' | 'wrong_field_count'

export interface Place {
  line?: number
  id?: string
  column?: string
  found?: string
}

/** So many faults of one kind, the first of them with their places. */
export interface Finding {
  kind: Kind
  count: number
  first: Place[]
}

export interface Checkup {
  columns: string[]
  rows: number
  /** Whether there was a sample to compare with. */
  isCompared: boolean
  missing: string[]
  unexpected: string[]
  expectedRows: number | null
  findings: Finding[]
}

interface Sample {
  columns: string[]
  rows: number
  /** Null where its first column repeats itself, and so is none of ids. */
  ids: Set<string> | null
  /** Columns of numbers only, and those without an empty cell. */
  numeric: Set<string>
  full: Set<string>
}

const SHOWN = 3
const LONGEST = 60
// As the server reads a number.
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** 7, 007 and 7.0 are one id. */
const sameId = (id: string) => (/^\d+(\.0+)?$/.test(id) ? id.replace(/\.0+$/, '').replace(/^0+(?=\d)/, '') : id)

async function readSample(source: Source): Promise<Sample | null> {
  let sample: Sample | null = null
  const isWhole = await readRows(source, ({ text }) => {
    const cells = cellsOf(text)
    if (!sample) {
      sample = { columns: cells, rows: 0, ids: new Set(), numeric: new Set(cells.slice(1)), full: new Set(cells.slice(1)) }
      return
    }
    sample.rows += 1
    sample.ids?.add(sameId(cells[0] ?? ''))
    if (sample.ids && sample.ids.size < sample.rows) sample.ids = null
    for (let index = 1; index < sample.columns.length; index += 1) {
      const [column, cell] = [sample.columns[index] as string, cells[index] ?? '']
      if (cell === '') sample.full.delete(column)
      else if (sample.numeric.has(column) && !NUMBER.test(cell)) sample.numeric.delete(column)
    }
  })
  return isWhole ? sample : null
}

class Findings {
  private readonly found = new Map<Kind, Finding>()

  add(kind: Kind, place: () => Place, count = 1) {
    const finding = this.found.get(kind) ?? { kind, count: 0, first: [] }
    finding.count += count
    if (finding.first.length < SHOWN) finding.first.push(place())
    this.found.set(kind, finding)
  }

  all = () => [...this.found.values()]
}

/** Null where only the server can read the file. */
export async function checkUp(file: Source, sampleFile: Source | null): Promise<Checkup | null> {
  const sample = sampleFile && (await readSample(sampleFile))
  const findings = new Findings()
  const seen = new Set<string>()
  let columns: string[] | null = null
  let rows = 0
  let idAt = 0

  function look(line: number, cells: string[], header: string[]) {
    rows += 1
    if (cells.length !== header.length) {
      return findings.add('wrong_field_count', () => ({ line, found: String(cells.length) }))
    }
    const written = cells[idAt] ?? ''
    const id = sameId(written)
    if (idAt !== -1 && (!sample || sample.ids)) {
      if (seen.has(id)) findings.add('repeated_id', () => ({ line, id: written.slice(0, LONGEST) }))
      else if (sample?.ids && !sample.ids.has(id)) findings.add('unknown_id', () => ({ line, id: written.slice(0, LONGEST) }))
      seen.add(id)
    }
    for (let index = 0; index < header.length; index += 1) {
      const [column, cell] = [header[index] as string, cells[index] as string]
      if (index === idAt || (sample && !sample.columns.includes(column))) continue
      const place = () => ({ line, id: written.slice(0, LONGEST), column, found: cell.slice(0, LONGEST) })
      if (cell === '') {
        if (!sample || sample.full.has(column)) findings.add('empty', place)
      } else if (sample?.numeric.has(column) && !NUMBER.test(cell)) findings.add('not_a_number', place)
    }
  }

  const isWhole = await readRows(file, ({ line, text }) => {
    const cells = cellsOf(text)
    if (columns) return void look(line, cells, columns)
    columns = cells
    idAt = sample ? cells.indexOf(sample.columns[0] as string) : 0
  })
  if (!isWhole) return null
  const header: string[] = columns ?? []
  if (sample?.ids && idAt !== -1) {
    for (const id of sample.ids) if (!seen.has(id)) findings.add('missing_id', () => ({ id: id.slice(0, LONGEST) }))
  }
  return {
    columns: header,
    rows,
    isCompared: sample !== null,
    missing: sample?.columns.filter((column) => !header.includes(column)) ?? [],
    unexpected: sample ? header.filter((column) => !sample.columns.includes(column)) : [],
    expectedRows: sample && sample.rows !== rows ? sample.rows : null,
    findings: findings.all(),
  }
}

/** Whether there is nothing to say against a file. */
export const isGood = ({ missing, unexpected, expectedRows, findings }: Checkup) =>
  missing.length + unexpected.length + findings.length === 0 && expectedRows === null
