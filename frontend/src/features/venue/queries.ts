import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { PrivateRow } from '@/shared/api/models'
import { readBoard } from '@/shared/competition/board'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'
import { NO_ZONES, type Zones } from '@/shared/competition/zones'
import type { FinalSource } from './reveal'

/** More rows than any wall shows in letters one can read. */
export const MOST_ROWS = 40
const FINAL_PAGE = 1000

export const topQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['venue', slug, 'top', ...phaseKey({ phase })],
  query: ({ signal }) => readBoard({ slug, phase, kind: 'public', page: 1, search: '', pageSize: MOST_ROWS }, signal),
}))

export const announcementsQuery = defineQueryOptions((slug: string) => ({
  key: ['venue', slug, 'announcements'],
  query: ({ signal }) =>
    ok(api.GET('/api/discussions/', { params: { query: { competition: slug, ordering: 'newest', pageSize: 100 } }, signal })),
}))

/** The whole final ranking. Without a source nothing is asked for; it stays as it is while it is being revealed. */
export const finalQuery = defineQueryOptions(({ slug, phase, source }: Place & { source: FinalSource | null }) => ({
  key: ['venue', slug, 'final', source, ...phaseKey({ phase })],
  query: ({ signal }) => readFinal({ slug, phase }, source, signal),
  enabled: source !== null,
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false as const,
}))

interface FinalRanking {
  rows: PrivateRow[]
  zones: Zones
}

async function readFinal(place: Place, source: FinalSource | null, signal: AbortSignal): Promise<FinalRanking> {
  const rows: PrivateRow[] = []
  if (source === null) return { rows, zones: NO_ZONES }
  for (let page = 1; ; page += 1) {
    const params = { path: { competition: place.slug }, query: { page, pageSize: FINAL_PAGE } }
    const options = { params, signal, ...inPhase(place) }
    const board =
      source === 'private'
        ? await ok(api.GET('/api/competitions/{competition}/leaderboard/private/', options))
        : await ok(api.GET('/api/competitions/{competition}/leaderboard/private/preview/', options))
    rows.push(...board.results)
    if (!board.next) return { rows, zones: board.zones }
  }
}
