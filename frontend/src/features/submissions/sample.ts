import { api, ok } from '@/shared/api/client'
import { shapeOf, type CsvShape } from './precheck'

// Larger samples are not fetched only to be counted.
const LARGEST_SAMPLE = 64 * 2 ** 20
const shapes = new Map<string, Promise<CsvShape | null>>()

async function readShape(slug: string): Promise<CsvShape | null> {
  const files = await ok(api.GET('/api/competitions/{competition}/data/', { params: { path: { competition: slug } } }))
  const sample = files.find((file) => file.isSampleSubmission && file.name.toLowerCase().endsWith('.csv'))
  if (!sample || sample.size > LARGEST_SAMPLE) return null
  const response = await fetch(sample.url, { credentials: 'same-origin' })
  return response.ok && response.body ? shapeOf(response.body) : null
}

/** Header and rows of the competition's sample submission, read once; null where there is none to compare with. */
export function sampleShape(slug: string): Promise<CsvShape | null> {
  const known = shapes.get(slug) ?? readShape(slug).catch(() => null)
  shapes.set(slug, known)
  return known
}
