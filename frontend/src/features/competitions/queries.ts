import { defineQueryOptions, useQuery, type UseQueryReturn } from '@pinia/colada'
import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, ok } from '@/shared/api/client'
import type { Competition, EntryAnswers } from '@/shared/api/models'
import { setClock } from '@/shared/format/clock'

export interface CompetitionFilters {
  state?: 'upcoming' | 'running' | 'finished' | 'confirmed'
  mine?: 'entered' | 'hosted'
  search?: string
}

export const competitionsQuery = defineQueryOptions((filters: CompetitionFilters) => ({
  key: ['competitions', 'list', { ...filters }],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/', { params: { query: { ...filters, pageSize: 100 } }, signal })),
}))

export const competitionQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/', { params: { path: { competition: slug } }, signal })),
  staleTime: 30_000,
}))

/** A competition; its answer also sets the page's clock to the server's. */
export function useCompetition(slug: MaybeRefOrGetter<string>): UseQueryReturn<Competition> {
  const competition = useQuery(() => competitionQuery(toValue(slug)))
  watch(
    () => competition.data.value?.now,
    (now) => now && setClock(now),
    { immediate: true },
  )
  return competition
}

export function enterCompetition(slug: string, answers: EntryAnswers) {
  return ok(api.POST('/api/competitions/{competition}/enter/', { params: { path: { competition: slug } }, body: answers }))
}

/** `rulesVersion`: the one that was shown. */
export function acceptRules(slug: string, rulesVersion: number) {
  const params = { path: { competition: slug } }
  return ok(api.POST('/api/competitions/{competition}/accept-rules/', { params, body: { rulesVersion } }))
}
