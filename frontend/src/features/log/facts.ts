/** What an entry says, as lines to show: facts come as JSON, in the form in which they are hashed. */
export type Fact =
  | { name: string; form: 'change'; before: unknown; after: unknown }
  | { name: string; form: 'value'; value: unknown }
  | { name: string; form: 'hash'; value: string }
  | { name: string; form: 'count'; count: number }

const HASH = /^[0-9a-f]{64}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/
/** Long tables, of which only the length is shown; the file of the log has them in full. */
const TABLES = new Set(['board', 'sealed', 'solutions', 'brackets'])

/** Lists of numbers, which are told as they are however many there are. */
const LISTS = new Set(['combinedPoints'])

export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && MOMENT.test(value)
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What differs between two records, each as it was and is. */
function changed(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const pairs = keys.map((key) => [key, [before[key] ?? null, after[key] ?? null]] as const)
  return Object.fromEntries(pairs.filter(([, [one, other]]) => JSON.stringify(one) !== JSON.stringify(other)))
}

/** One line for each fact; what lies within another fact is named by both, as in `changed.rowsAdded`. */
export function factsOf(facts: Record<string, unknown>, within = ''): Fact[] {
  return Object.entries(facts).flatMap(([key, value]): Fact[] => {
    const name = within ? `${within}.${key}` : key
    if (value === null || value === '') return []
    const isPair = Array.isArray(value) && value.length === 2 && value.every(isPlain)
    if (TABLES.has(key) && !isPair) return Array.isArray(value) ? [{ name, form: 'count', count: value.length }] : []
    if (typeof value === 'string' && HASH.test(value)) return [{ name, form: 'hash', value }]
    if (LISTS.has(key) && Array.isArray(value)) {
      const [before, after] = value as unknown[]
      if (Array.isArray(before) && Array.isArray(after)) return [{ name, form: 'change', before: before.join(' '), after: after.join(' ') }]
      return value.length ? [{ name, form: 'value', value: value.join(' ') }] : []
    }
    if (Array.isArray(value)) {
      const [before, after] = value
      if (value.length === 2 && isPlain(before) && isPlain(after)) return [{ name, form: 'change', before, after }]
      if (value.length === 2 && isRecord(before) && isRecord(after)) return factsOf(changed(before, after), name)
      return [{ name, form: 'value', value: JSON.stringify(value) }]
    }
    if (typeof value === 'object') return factsOf(value as Record<string, unknown>, name)
    return [{ name, form: 'value', value }]
  })
}
