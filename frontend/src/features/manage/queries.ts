import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { ScoringRun } from '@/shared/api/models'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'

const at = (place: Place) => ({ params: { path: { competition: place.slug } }, ...inPhase(place) })

export const activityQuery = defineQueryOptions((place: Place) => ({
  key: ['competitions', place.slug, 'activity', ...phaseKey(place)],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/activity/', { ...at(place), signal })),
}))

/** The newest scoring runs. */
export const runsQuery = defineQueryOptions((place: Place) => ({
  key: ['competitions', place.slug, 'newest-runs', ...phaseKey(place)],
  query: async ({ signal }): Promise<ScoringRun[]> => {
    const params = { path: { competition: place.slug }, query: { pageSize: 5 } }
    return (await ok(api.GET('/api/competitions/{competition}/scoring-runs/', { ...at(place), params, signal }))).results
  },
}))

/** As many teams as fit a screen. */
export const TEAMS_SHOWN = 20
export const teamsQuery = defineQueryOptions(({ slug, search, page }: { slug: string; search: string; page: number }) => ({
  key: ['competitions', slug, 'managed-teams', search, page],
  query: ({ signal }) =>
    ok(
      api.GET('/api/competitions/{competition}/teams/', {
        params: { path: { competition: slug }, query: { page, pageSize: TEAMS_SHOWN, ...(search && { search }) } },
        signal,
      }),
    ),
}))

export const startRun = (place: Place, kind: ScoringRun['kind'], reason: string) =>
  ok(api.POST('/api/competitions/{competition}/scoring-runs/', { ...at(place), body: { kind, reason } }))

export const confirmResult = (place: Place) => ok(api.POST('/api/competitions/{competition}/private-leaderboard/confirm/', at(place)))

export const unconfirmResult = (place: Place, reason: string) =>
  ok(api.POST('/api/competitions/{competition}/private-leaderboard/unconfirm/', { ...at(place), body: { reason } }))

/** `endsAt`: as the clocks of the competition's zone show it. */
export const moveEnd = (place: Place, endsAt: string, reason: string) =>
  ok(api.PATCH('/api/competitions/{competition}/', { ...at(place), body: { endsAt, reason } }))
