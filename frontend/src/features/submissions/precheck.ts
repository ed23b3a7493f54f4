/**
 * A look at a CSV in the browser, before a large upload: its header and how many rows it has. The server's word is the
 * one that counts; this only saves an upload that can't go well.
 */
export interface CsvShape {
  columns: string[]
  rows: number
}

export interface ShapeDifference {
  missing: string[]
  unexpected: string[]
  rows: { expected: number; found: number } | null
}

const QUOTE = 34
const LINE_FEED = 10

/** Cells of one line; quotes as in RFC 4180. */
export function cells(line: string): string[] {
  const found: string[] = []
  let cell = ''
  let quoted = false
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index]
    if (quoted && character === '"' && line[index + 1] === '"') {
      cell += '"'
      index += 1
    } else if (character === '"') quoted = !quoted
    else if (character === ',' && !quoted) {
      found.push(cell)
      cell = ''
    } else cell += character
  }
  found.push(cell)
  return found.map((text) => text.trim())
}

/** Reads a stream of CSV bytes once, without keeping it. */
export async function shapeOf(stream: ReadableStream<Uint8Array>): Promise<CsvShape> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let header = ''
  let headerIsComplete = false
  let lines = 0
  let quoted = false
  let lineHasText = false
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (!headerIsComplete) {
      header += decoder.decode(value, { stream: true })
      headerIsComplete = header.includes('\n')
    }
    for (const byte of value) {
      if (byte === QUOTE) quoted = !quoted
      else if (byte === LINE_FEED && !quoted) {
        if (lineHasText) lines += 1
        lineHasText = false
      } else if (byte !== 13) lineHasText = true
    }
  }
  if (lineHasText) lines += 1
  const first = header.replace(/^\ufeff/, '').split(/\r?\n/, 1)[0] ?? ''
  return { columns: cells(first), rows: Math.max(0, lines - 1) }
}

/** The bytes of a file as CSV, or null where only the server can look inside. */
export function csvStream(file: File): ReadableStream<Uint8Array> | null {
  const name = file.name.toLowerCase()
  const stream = file.stream() as ReadableStream<Uint8Array<ArrayBuffer>>
  if (name.endsWith('.csv')) return stream
  if (name.endsWith('.csv.gz') && 'DecompressionStream' in globalThis) {
    return stream.pipeThrough(new DecompressionStream('gzip'))
  }
  return null
}

export function difference(expected: CsvShape, found: CsvShape): ShapeDifference | null {
  const missing = expected.columns.filter((column) => !found.columns.includes(column))
  const unexpected = found.columns.filter((column) => !expected.columns.includes(column))
  const rows = expected.rows === found.rows ? null : { expected: expected.rows, found: found.rows }
  if (missing.length === 0 && unexpected.length === 0 && rows === null) return null
  return { missing, unexpected, rows }
}
