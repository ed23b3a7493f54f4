import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Exclusion, ExtraSubmissions, Team } from '@/shared/api/models'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'
import type { Reason } from '@/shared/competition/reason'

/** As many submissions as one looks through to find one; the newest of a team. */
export const MOST_SHOWN = 50

export const exclusionsQuery = defineQueryOptions(({ slug, page }: { slug: string; page: number }) => ({
  key: ['competitions', slug, 'exclusions', page],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/exclusions/', { params: { path: { competition: slug }, query: { page } }, signal })),
}))

/** What was excluded of one team: for its members and for organisers. */
export const teamExclusionsQuery = defineQueryOptions((team: number) => ({
  key: ['teams', team, 'exclusions'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/exclusions/', { params: { path: { id: team }, query: { pageSize: 100 } }, signal })),
}))

export const teamFactsQuery = defineQueryOptions((team: number) => ({
  key: ['teams', team, 'members'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/', { params: { path: { id: team } }, signal })),
}))

/** A team's submissions as organisers see them, of one phase where there are several. */
export const teamSubmissionsQuery = defineQueryOptions(({ slug, phase, team }: Place & { team: number }) => ({
  key: ['teams', team, 'organisers-submissions', ...phaseKey({ phase })],
  query: ({ signal }) =>
    ok(
      api.GET('/api/competitions/{competition}/submissions/', {
        params: { path: { competition: slug }, query: { team, pageSize: MOST_SHOWN } },
        signal,
        ...inPhase({ slug, phase }),
      }),
    ),
}))

export const disqualify = (team: number, body: Reason): Promise<Exclusion> =>
  ok(api.POST('/api/teams/{id}/exclusions/', { params: { path: { id: team } }, body }))

export const voidSubmission = (submission: number, body: Reason): Promise<Exclusion> =>
  ok(api.POST('/api/submissions/{id}/exclusions/', { params: { path: { id: submission } }, body }))

export const lift = (exclusion: number, reason: string): Promise<Exclusion> =>
  ok(api.POST('/api/exclusions/{id}/lift/', { params: { path: { id: exclusion } }, body: { reason } }))

export const answer = (exclusion: number, text: string): Promise<Exclusion> =>
  ok(api.POST('/api/exclusions/{id}/answer/', { params: { path: { id: exclusion } }, body: { answer: text } }))

export const setBrackets = (team: number, brackets: string[], reason: string): Promise<Team> =>
  ok(api.PUT('/api/teams/{id}/brackets/', { params: { path: { id: team } }, body: { brackets, reason } }))

export const giveExtra = (team: number, count: number, reason: string): Promise<ExtraSubmissions> =>
  ok(api.POST('/api/teams/{id}/extra-submissions/', { params: { path: { id: team } }, body: { count, reason } }))
