import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import { inPhase, phaseKey, type Place } from './phases'

/** As many teams as the API tells of at once: ranks of earlier moments need those that have fallen since, too. */
export const MOST_TEAMS = 100

/** How the best public scores came about, of the best teams and one's own. */
export const boardHistoryQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'history', ...phaseKey({ phase })],
  query: ({ signal }) => readHistory({ slug, phase }, { top: MOST_TEAMS }, signal),
}))

/** The same of the best teams of a bracket. */
export const bracketHistoryQuery = defineQueryOptions(({ slug, phase, bracket }: Place & { bracket: string }) => ({
  key: ['competitions', slug, 'history', { bracket }, ...phaseKey({ phase })],
  query: ({ signal }) => readHistory({ slug, phase }, { top: MOST_TEAMS, bracket }, signal),
}))

/** The one of these two that is looked at; `bracket` empty: all teams. */
export const racedQuery = ({ slug, phase }: Place, bracket: string) => (bracket ? bracketHistoryQuery({ slug, phase, bracket }) : boardHistoryQuery({ slug, phase }))

/** The same of a single team, and of one's own beside it. */
export const teamHistoryQuery = defineQueryOptions(({ slug, phase, team }: Place & { team: number }) => ({
  key: ['competitions', slug, 'history', team, ...phaseKey({ phase })],
  query: ({ signal }) => readHistory({ slug, phase }, { top: 0, team: String(team) }, signal),
}))

function readHistory(place: Place, query: { top: number; team?: string; bracket?: string }, signal: AbortSignal) {
  return ok(api.GET('/api/competitions/{competition}/leaderboard/history/', { params: { path: { competition: place.slug }, query }, signal, ...inPhase(place) }))
}
