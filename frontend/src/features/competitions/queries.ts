import { defineQueryOptions, useQuery, type UseQueryReturn } from '@pinia/colada'
import { computed, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { api, ok } from '@/shared/api/client'
import type { Competition, EntryAnswers, PhaseRef } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
import { competitionIn, inPhase, phaseKey, type Place } from '@/shared/competition/phases'
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

export const phaseFactsQuery = defineQueryOptions(({ slug, phase }: { slug: string; phase: number }) => ({
  key: ['competitions', slug, 'phases', phase],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/phases/{phase}/', { params: { path: { competition: slug, phase } }, signal })),
  staleTime: 30_000,
}))

/**
 * A competition as it is in one of its phases; `phase` null: as it is. The answer about a competition tells of the current
 * phase already; of another one the server is asked. What was known of a phase stays while it is asked: a page must not
 * go away, with a file on its way, because another phase has become the current one.
 */
export function useCompetitionIn(competition: MaybeRefOrGetter<Competition | undefined>, phase: MaybeRefOrGetter<PhaseRef | null>) {
  const asked = computed(() => {
    const [{ slug } = { slug: '' }, wanted] = [toValue(competition), toValue(phase)]
    return wanted && !wanted.isCurrent && slug ? { slug, phase: wanted.number } : null
  })
  const facts = useQuery(() => ({ ...phaseFactsQuery(asked.value ?? { slug: '', phase: 0 }), enabled: asked.value !== null }))
  const data = computed<Competition | undefined>((before) => {
    const [whole, wanted] = [toValue(competition), toValue(phase)]
    if (!whole || !wanted) return whole
    if (wanted.isCurrent) return { ...whole, phase: wanted.number }
    const found = facts.data.value
    if (found?.number === wanted.number) return competitionIn(whole, found)
    return before?.slug === whole.slug && before.phase === wanted.number ? before : undefined
  })
  const error = computed(() => (asked.value ? facts.error.value : null))
  const refetch = async () => void (asked.value && (await facts.refetch()))
  return { data, error, refetch }
}

/** What a built-in metric computes; the same for everybody. */
export const metricQuery = defineQueryOptions((name: string) => ({
  key: ['metrics', name],
  query: ({ signal }) => ok(api.GET('/api/metrics/{name}/', { params: { path: { name } }, signal })),
  staleTime: 3_600_000,
}))

/** The version of the organisers' own metric that scores, as participants see it. */
export const ownMetricQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'own-metric', 'current', ...phaseKey({ phase })],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/current/', { params: { path: { competition: slug } }, signal, ...inPhase({ slug, phase }) })),
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
