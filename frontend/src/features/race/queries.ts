import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'

/** As many teams as the API tells of at once: ranks of earlier moments need those that have fallen since, too. */
export const MOST_TEAMS = 100

export const historyQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'history'],
  query: ({ signal }) =>
    ok(
      api.GET('/api/competitions/{competition}/leaderboard/history/', {
        params: { path: { competition: slug }, query: { top: MOST_TEAMS } },
        signal,
      }),
    ),
}))
