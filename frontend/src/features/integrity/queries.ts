import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Analysis, Comparison } from '@/shared/api/models'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'

const of = (place: Place) => ({ params: { path: { competition: place.slug } }, ...inPhase(place) })
const one = (place: Place, id: number) => ({ params: { path: { competition: place.slug, id } }, ...inPhase(place) })

/** The newest comparison with what it found; null if there is none yet. */
export const comparisonQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'integrity', ...phaseKey({ phase })],
  query: async ({ signal }): Promise<Comparison | null> => {
    const place = { slug, phase }
    const params = { path: { competition: slug }, query: { pageSize: 1 } }
    const list = await ok(api.GET('/api/competitions/{competition}/integrity/', { params, signal, ...inPhase(place) }))
    const newest = list.results[0]
    if (!newest) return null
    return ok(api.GET('/api/competitions/{competition}/integrity/{id}/', { ...one(place, newest.id), signal }))
  },
}))

export function startComparison(place: Place): Promise<Analysis> {
  return ok(api.POST('/api/competitions/{competition}/integrity/', of(place)))
}

export function cancelComparison(place: Place, id: number): Promise<Analysis> {
  return ok(api.POST('/api/competitions/{competition}/integrity/{id}/cancel/', one(place, id)))
}
