import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { PrivateRow } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
import { NO_ZONES, type Zones } from '@/shared/competition/zones'
import type { FinalSource } from './reveal'

/** More rows than any wall shows in letters one can read. */
export const MOST_ROWS = 40
const FINAL_PAGE = 1000

export const topQuery = defineQueryOptions((slug: string) => ({
  key: ['venue', slug, 'top'],
  query: ({ signal }) => readBoard({ slug, kind: 'public', page: 1, search: '', pageSize: MOST_ROWS }, signal),
}))

export const announcementsQuery = defineQueryOptions((slug: string) => ({
  key: ['venue', slug, 'announcements'],
  query: ({ signal }) =>
    ok(api.GET('/api/discussions/', { params: { query: { competition: slug, ordering: 'newest', pageSize: 100 } }, signal })),
}))

/** The whole final ranking. Without a source nothing is asked for; it stays as it is while it is being revealed. */
export const finalQuery = defineQueryOptions(({ slug, source }: { slug: string; source: FinalSource | null }) => ({
  key: ['venue', slug, 'final', source],
  query: ({ signal }) => readFinal(slug, source, signal),
  enabled: source !== null,
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false as const,
}))

interface FinalRanking {
  rows: PrivateRow[]
  zones: Zones
}

async function readFinal(slug: string, source: FinalSource | null, signal: AbortSignal): Promise<FinalRanking> {
  const rows: PrivateRow[] = []
  if (source === null) return { rows, zones: NO_ZONES }
  for (let page = 1; ; page += 1) {
    const params = { path: { competition: slug }, query: { page, pageSize: FINAL_PAGE } }
    const board =
      source === 'private'
        ? await ok(api.GET('/api/competitions/{competition}/leaderboard/private/', { params, signal }))
        : await ok(api.GET('/api/competitions/{competition}/leaderboard/private/preview/', { params, signal }))
    rows.push(...board.results)
    if (!board.next) return { rows, zones: board.zones }
  }
}
