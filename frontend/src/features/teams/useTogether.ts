import { useQuery } from '@pinia/colada'
import { computed } from 'vue'
import type { Competition, TeamRef } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
import { together } from './merging'
import { previewMerge } from './queries'

/** What one's own team and another one would be together; undefined until the server has said so. */
export function useTogether(competition: () => Competition, own: () => number, other: () => TeamRef | null) {
  const { data } = useQuery(() => {
    const { slug } = competition()
    const team = other()
    return {
      key: ['competitions', slug, 'together', own(), team?.id ?? 0],
      enabled: team !== null,
      query: async ({ signal }: { signal: AbortSignal }) => {
        const [preview, board] = await Promise.all([
          previewMerge(own(), team?.id ?? 0, signal),
          // Of a leaderboard that one may not see, there is nothing to tell.
          readBoard({ slug, kind: 'public', page: 1, search: team?.name ?? '' }, signal).catch(() => null),
        ])
        return { preview, rows: [board?.me, board?.results.find((row) => row.team.id === team?.id)] }
      },
    }
  })
  return computed(() => (other() && data.value ? together(data.value.preview, data.value.rows, competition().metric) : undefined))
}
