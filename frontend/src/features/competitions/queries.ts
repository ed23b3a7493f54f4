import { defineQueryOptions, useQuery, type UseQueryReturn } from '@pinia/colada'
import { toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, ok } from '@/shared/api/client'
import type { Competition, EntryAnswers } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
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

/** What a built-in metric computes; the same for everybody. */
export const metricQuery = defineQueryOptions((name: string) => ({
  key: ['metrics', name],
  query: ({ signal }) => ok(api.GET('/api/metrics/{name}/', { params: { path: { name } }, signal })),
  staleTime: 3_600_000,
}))

/** The version of the organisers' own metric that scores, as participants see it. */
export const ownMetricQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'own-metric', 'current'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/current/', { params: { path: { competition: slug } }, signal })),
  staleTime: 60_000,
}))

export function enterCompetition(slug: string, answers: EntryAnswers) {
  return ok(api.POST('/api/competitions/{competition}/enter/', { params: { path: { competition: slug } }, body: answers }))
}

/** `rulesVersion`: the one that was shown. */
export function acceptRules(slug: string, rulesVersion: number) {
  const params = { path: { competition: slug } }
  return ok(api.POST('/api/competitions/{competition}/accept-rules/', { params, body: { rulesVersion } }))
}

/** One's own row of the public leaderboard, and how many teams there are. */
export const myRowQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'my-row'],
  query: ({ signal }) => readBoard({ slug, kind: 'public', page: 1, search: '', pageSize: 1 }, signal),
  staleTime: 30_000,
}))

/** How many submissions a team has left. */
export const leftQuery = defineQueryOptions((team: number) => ({
  key: ['teams', team, 'allowance'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/allowance/', { params: { path: { id: team } }, signal })),
}))
