import { defineQueryOptions } from '@pinia/colada'
import type { PrivateRow } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
import { MOST_TEAMS } from '@/shared/competition/history'
import { phaseKey, type Place } from '@/shared/competition/phases'

/** The best of the final ranking, with one's own team where it is not among them. Only once it is confirmed. */
export const finalQuery = defineQueryOptions(({ slug, phase, bracket }: Place & { bracket: string }) => ({
  key: ['competitions', slug, 'final', { bracket }, ...phaseKey({ phase })],
  query: async ({ signal }): Promise<PrivateRow[]> => {
    const board = await readBoard({ slug, phase, kind: 'private', page: 1, search: '', pageSize: MOST_TEAMS, bracket }, signal)
    const rows = board.results as PrivateRow[]
    const me = board.me as PrivateRow | null
    return me && !rows.some((row) => row.team.id === me.team.id) ? [...rows, me] : rows
  },
  staleTime: Number.POSITIVE_INFINITY,
}))
