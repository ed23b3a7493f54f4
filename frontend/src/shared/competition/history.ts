import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'

/** As many teams as the API tells of at once: ranks of earlier moments need those that have fallen since, too. */
export const MOST_TEAMS = 100

/** How the best public scores came about, of the best teams and one's own. */
export const boardHistoryQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'history'],
  query: ({ signal }) => readHistory(slug, { top: MOST_TEAMS }, signal),
}))

/** The same of the best teams of a bracket. */
export const bracketHistoryQuery = defineQueryOptions(({ slug, bracket }: { slug: string; bracket: string }) => ({
  key: ['competitions', slug, 'history', { bracket }],
  query: ({ signal }) => readHistory(slug, { top: MOST_TEAMS, bracket }, signal),
}))

/** The one of these two that is looked at; `bracket` empty: all teams. */
export const racedQuery = (slug: string, bracket: string) => (bracket ? bracketHistoryQuery({ slug, bracket }) : boardHistoryQuery(slug))

/** The same of a single team, and of one's own beside it. */
export const teamHistoryQuery = defineQueryOptions(({ slug, team }: { slug: string; team: number }) => ({
  key: ['competitions', slug, 'history', team],
  query: ({ signal }) => readHistory(slug, { top: 0, team: String(team) }, signal),
}))

function readHistory(slug: string, query: { top: number; team?: string; bracket?: string }, signal: AbortSignal) {
  return ok(api.GET('/api/competitions/{competition}/leaderboard/history/', { params: { path: { competition: slug }, query }, signal }))
}
