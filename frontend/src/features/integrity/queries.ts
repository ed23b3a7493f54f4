import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Analysis, Comparison } from '@/shared/api/models'

const of = (slug: string) => ({ path: { competition: slug } })

/** The newest comparison with what it found; null if there is none yet. */
export const comparisonQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'integrity'],
  query: async ({ signal }): Promise<Comparison | null> => {
    const list = await ok(api.GET('/api/competitions/{competition}/integrity/', { params: { ...of(slug), query: { pageSize: 1 } }, signal }))
    const newest = list.results[0]
    if (!newest) return null
    return ok(api.GET('/api/competitions/{competition}/integrity/{id}/', { params: { path: { competition: slug, id: newest.id } }, signal }))
  },
}))

export function startComparison(slug: string): Promise<Analysis> {
  return ok(api.POST('/api/competitions/{competition}/integrity/', { params: of(slug) }))
}

export function cancelComparison(slug: string, id: number): Promise<Analysis> {
  return ok(api.POST('/api/competitions/{competition}/integrity/{id}/cancel/', { params: { path: { competition: slug, id } } }))
}
