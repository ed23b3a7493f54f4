import type { Row } from '@/shared/competition/board'

export interface Climb {
  team: string
  rank: number
  /** No rank before: the first score. */
  isNew: boolean
}

/** Ranks further down are no news for a whole room. */
export const NEWS_UP_TO = 10

/** Which teams took a better place among the first between two looks at the board, best first. */
export function climbs(before: readonly Row[], after: readonly Row[]): Climb[] {
  const ranks = new Map(before.map((row) => [row.team.id, row.rank]))
  return after.flatMap(({ team, rank }) => {
    const was = ranks.get(team.id) ?? null
    if (rank === null || rank > NEWS_UP_TO || (was !== null && rank >= was)) return []
    return [{ team: team.name, rank, isNew: was === null }]
  })
}
