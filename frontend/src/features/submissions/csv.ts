/** Reads CSV as the server does (RFC 4180, blank lines skipped), and knows on which line of the file a row stands. */

export interface Source {
  name: string
  blob: Blob
}

export interface CsvRow {
  /** As an editor counts: the header stands on line 1. */
  line: number
  /** The row as it stands in the file. */
  text: string
}

const trimmed = (text: string) => text.trim()

/** Cells of one row; quotes as in RFC 4180, spaces around a cell are no part of it. */
export function cellsOf(row: string): string[] {
  if (!row.includes('"')) return row.split(',').map(trimmed)
  const found: string[] = []
  let cell = ''
  let quoted = false
  for (let index = 0; index < row.length; index += 1) {
    const character = row[index]
    if (quoted && character === '"' && row[index + 1] === '"') {
      cell += '"'
      index += 1
    } else if (character === '"') quoted = !quoted
    else if (character === ',' && !quoted) {
      found.push(cell)
      cell = ''
    } else cell += character
  }
  found.push(cell)
  return found.map(trimmed)
}

/** Cuts text that comes in pieces into rows. A line break between quotes belongs to its cell. */
export class RowReader {
  private rest = ''
  /** How much of `rest` has been looked at, and whether a quote is open there. */
  private seen = 0
  private quoted = false
  private line = 1
  private breaks = 0

  constructor(private readonly onRow: (row: CsvRow) => void) {}

  push(piece: string): void {
    const text = this.rest + piece
    let start = 0
    let quote = text.indexOf('"', this.seen)
    const passQuotes = (end: number) => {
      for (; quote !== -1 && quote < end; quote = text.indexOf('"', quote + 1)) this.quoted = !this.quoted
    }
    for (let end = text.indexOf('\n', this.seen); end !== -1; end = text.indexOf('\n', end + 1)) {
      passQuotes(end)
      this.breaks += 1
      if (this.quoted) continue
      this.give(text.slice(start, end))
      start = end + 1
    }
    passQuotes(text.length)
    this.rest = text.slice(start)
    this.seen = text.length - start
  }

  end(): void {
    if (this.rest) this.give(this.rest)
    this.rest = ''
  }

  private give(text: string) {
    if (text.trim()) this.onRow({ line: this.line, text: text.replace(/\r$/, '') })
    this.line += this.breaks
    this.breaks = 0
  }
}

/** The bytes of a file as CSV, or null where only the server can look inside. */
export function csvStream({ name, blob }: Source): ReadableStream<Uint8Array> | null {
  const lower = name.toLowerCase()
  const stream = blob.stream() as ReadableStream<Uint8Array<ArrayBuffer>>
  if (lower.endsWith('.csv')) return stream
  if (lower.endsWith('.csv.gz') && 'DecompressionStream' in globalThis) {
    return stream.pipeThrough(new DecompressionStream('gzip'))
  }
  return null
}

/** Calls back for each row, the header first; false where the file can't be read here, or `onRow` says that it is enough. */
export async function readRows(source: Source, onRow: (row: CsvRow) => boolean | void): Promise<boolean> {
  const reader = csvStream(source)?.getReader()
  if (!reader) return false
  const decoder = new TextDecoder() // Drops a byte order mark.
  let isEnough = false
  const rows = new RowReader((row) => {
    isEnough ||= onRow(row) === false
  })
  for (;;) {
    const { done, value } = await reader.read()
    rows.push(done ? decoder.decode() : decoder.decode(value, { stream: true }))
    if (done) break
    if (!isEnough) continue
    await reader.cancel()
    return false
  }
  rows.end()
  return true
}

/** Where the data rows with these numbers (from 1, without the header) stand in the file, by their number. */
export async function findRows(source: Source, numbers: Iterable<number>): Promise<Map<number, CsvRow>> {
  const wanted = new Set(numbers)
  const found = new Map<number, CsvRow>()
  if (wanted.size === 0) return found
  let number = -1
  await readRows(source, (row) => {
    number += 1
    if (number > 0 && wanted.has(number)) found.set(number, row)
    return found.size < wanted.size
  })
  return found
}
