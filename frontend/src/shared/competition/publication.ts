import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { PlannedPublication } from '@/shared/api/models'

const at = (competition: string) => ({ params: { path: { competition } } })

/** When a draft is published, or why it was not. */
export const publicationQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'publication'],
  query: ({ signal }): Promise<PlannedPublication> => ok(api.GET('/api/competitions/{competition}/publication/', { ...at(slug), signal })),
}))

/** `publishAt`: as the clocks of the competition's zone show it. `publishAnyway`: with a yes to what is asked now. */
export const planPublication = (slug: string, publishAt: string, publishAnyway: boolean): Promise<PlannedPublication> =>
  ok(api.PUT('/api/competitions/{competition}/publication/', { ...at(slug), body: { publishAt, publishAnyway } }))

export const takeBackPublication = (slug: string): Promise<unknown> => ok(api.DELETE('/api/competitions/{competition}/publication/', at(slug)))
