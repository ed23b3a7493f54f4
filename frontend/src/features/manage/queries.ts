import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Competition, CrewInvitation, DryRun, ScoringRun } from '@/shared/api/models'
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

/** `acceptRefusals`: of a rescoring, although the dry run says that it refuses submissions that have a score. */
export const startRun = (place: Place, kind: ScoringRun['kind'], reason: string, acceptRefusals = false) =>
  ok(api.POST('/api/competitions/{competition}/scoring-runs/', { ...at(place), body: { kind, reason, acceptRefusals } }))

/** The newest dry run of a rescoring; null: there is none. */
export const dryRunQuery = defineQueryOptions((place: Place) => ({
  key: ['competitions', place.slug, 'dry-run', ...phaseKey(place)],
  query: async ({ signal }): Promise<DryRun | null> => {
    const params = { path: { competition: place.slug }, query: { pageSize: 1 } }
    return (await ok(api.GET('/api/competitions/{competition}/dry-runs/', { ...at(place), params, signal }))).results[0] ?? null
  },
}))

export const startDryRun = (place: Place): Promise<DryRun> => ok(api.POST('/api/competitions/{competition}/dry-runs/', at(place)))

export const cancelDryRun = (place: Place, id: number): Promise<DryRun> =>
  ok(api.POST('/api/competitions/{competition}/dry-runs/{id}/cancel/', { ...at(place), params: { path: { competition: place.slug, id } } }))

export const confirmResult = (place: Place) => ok(api.POST('/api/competitions/{competition}/private-leaderboard/confirm/', at(place)))

export const unconfirmResult = (place: Place, reason: string) =>
  ok(api.POST('/api/competitions/{competition}/private-leaderboard/unconfirm/', { ...at(place), body: { reason } }))

/** `endsAt`: as the clocks of the competition's zone show it. */
export const moveEnd = (place: Place, endsAt: string, reason: string) =>
  ok(api.PATCH('/api/competitions/{competition}/', { ...at(place), body: { endsAt, reason } }))

export const crewQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'crew'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/crew/', { params: { path: { competition: slug } }, signal })),
}))

/** Who was asked and has not answered yet. Below the key of the crew: one change of either asks for both again. */
export const crewInvitationsQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'crew', 'invitations'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/crew-invitations/', { params: { path: { competition: slug } }, signal })),
}))

export const inviteToCrew = (slug: string, username: string, role: CrewInvitation['role']): Promise<CrewInvitation> =>
  ok(api.POST('/api/competitions/{competition}/crew-invitations/', { params: { path: { competition: slug } }, body: { username, role } }))

export const cancelCrewInvitation = (slug: string, id: number) =>
  ok(api.DELETE('/api/competitions/{competition}/crew-invitations/{id}/', { params: { path: { competition: slug, id } } }))

export const removeFromCrew = (slug: string, username: string) =>
  ok(api.DELETE('/api/competitions/{competition}/crew/{username}/', { params: { path: { competition: slug, username } } }))

/** What I have been asked to organise or to help with. */
export const myCrewInvitationsQuery = defineQueryOptions({
  key: ['crew-invitations'],
  query: ({ signal }) => ok(api.GET('/api/crew-invitations/', { signal })),
})

export const acceptCrewInvitation = (id: number): Promise<CrewInvitation> => ok(api.POST('/api/crew-invitations/{id}/accept/', { params: { path: { id } } }))

export const refuseCrewInvitation = (id: number): Promise<CrewInvitation> => ok(api.POST('/api/crew-invitations/{id}/refuse/', { params: { path: { id } } }))

/** `startsAt`: as the clocks of the competition's zone show it. */
export const copyCompetition = (slug: string, fields: { title: string; slug: string; startsAt: string; withSolution: boolean }): Promise<Competition> =>
  ok(api.POST('/api/competitions/{competition}/clone/', { params: { path: { competition: slug } }, body: fields }))
