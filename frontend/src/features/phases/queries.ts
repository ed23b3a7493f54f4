import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Bracket, NamedTeam, PhaseFacts } from '@/shared/api/models'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'
import type { Changes } from './draft'

export const phasesQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'phases'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/phases/', { params: { path: { competition: slug } }, signal })),
}))

/** The names of the baselines of a phase, for who organises it. */
export const baselinesQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'baseline-names', ...phaseKey({ phase })],
  query: async ({ signal }) => {
    const params = { path: { competition: slug }, query: { pageSize: 100 } }
    const { results } = await ok(api.GET('/api/competitions/{competition}/trials/', { params, signal, ...inPhase({ slug, phase }) }))
    return results.flatMap(({ baseline }) => baseline ?? [])
  },
}))

/** The teams that organisers have named for a phase that is for those. */
export const namedTeamsQuery = defineQueryOptions(({ slug, phase }: { slug: string; phase: number }) => ({
  key: ['competitions', slug, 'named-teams', phase],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/phases/{phase}/teams/', { ...of(slug, phase), signal })),
}))

const of = (competition: string, phase: number) => ({ params: { path: { competition, phase } } })

export const addPhase = (competition: string, said: Changes): Promise<PhaseFacts> =>
  ok(api.POST('/api/competitions/{competition}/phases/', { params: { path: { competition } }, body: said as never }))

export const editPhase = (competition: string, phase: number, changes: Changes): Promise<PhaseFacts> =>
  ok(api.PATCH('/api/competitions/{competition}/phases/{phase}/', { ...of(competition, phase), body: changes as never }))

export const nameTeams = (competition: string, phase: number, changes: { add: number[]; remove: number[]; reason?: string }): Promise<NamedTeam[]> =>
  ok(api.PATCH('/api/competitions/{competition}/phases/{phase}/teams/', { ...of(competition, phase), body: changes }))

// The description of the API has no word for what a DELETE carries.
const why = (reason: string) => (reason ? { body: { reason } as never } : {})

export const removePhase = (competition: string, phase: number, reason: string): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/phases/{phase}/', { ...of(competition, phase), ...why(reason) }))

export const changeCompetition = (competition: string, changes: Changes): Promise<unknown> =>
  ok(api.PATCH('/api/competitions/{competition}/', { params: { path: { competition } }, body: changes as never }))

export const addBracket = (competition: string, said: Changes): Promise<Bracket> =>
  ok(api.POST('/api/competitions/{competition}/brackets/', { params: { path: { competition } }, body: said as never }))

export const changeBracket = (competition: string, bracket: string, changes: Changes): Promise<Bracket> =>
  ok(api.PATCH('/api/competitions/{competition}/brackets/{bracket}/', { params: { path: { competition, bracket } }, body: changes as never }))

export const removeBracket = (competition: string, bracket: string, reason: string): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/brackets/{bracket}/', { params: { path: { competition, bracket } }, ...why(reason) }))
