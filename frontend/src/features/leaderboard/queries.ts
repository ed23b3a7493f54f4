import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { CombinedBoard, Noise, PrivateBoard } from '@/shared/api/models'
import { readBoard, readPublicScores, type BoardKind, type Row } from '@/shared/competition/board'
import { inPhase, phaseKey, type Place } from '@/shared/competition/phases'

/** As many scores as one page of the API holds; of more teams the best are shown. */
export const MOST_SCORES = 1000
/** A final board of more teams shows no public scores: they would take too many requests. */
export const MOST_COMPARED = 2000

interface BoardOf extends Place {
  kind: BoardKind
  bracket?: string
}

/** The scores of a board, best first. Below the competition's key, so that it is read anew with it. */
export const scoresQuery = defineQueryOptions(({ slug, phase, kind, bracket = '' }: BoardOf) => ({
  key: ['competitions', slug, 'scores', kind, bracket, ...phaseKey({ phase })],
  query: async ({ signal }) => {
    const board = await readBoard({ slug, phase, kind, page: 1, search: '', pageSize: MOST_SCORES, bracket }, signal)
    return board.results.flatMap(({ score }) => (score === null ? [] : [score]))
  },
  staleTime: 60_000,
}))

export const publicScoresQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'public-scores', ...phaseKey({ phase })],
  query: ({ signal }) => readPublicScores({ slug, phase }, MOST_COMPARED, signal),
  staleTime: 60_000,
}))

/** The row of a team that is not among those loaded: found by its name, which several teams may have parts of. */
export const teamRowQuery = defineQueryOptions(({ slug, phase, kind, bracket = '', team, name }: BoardOf & { team: number; name: string }) => ({
  key: ['competitions', slug, 'row', kind, bracket, team, ...phaseKey({ phase })],
  query: async ({ signal }): Promise<Row | null> => {
    const board = await readBoard({ slug, phase, kind, page: 1, search: name, pageSize: 50, bracket }, signal)
    return board.results.find((row) => row.team.id === team) ?? null
  },
}))

/** The newest entry of the competition log: whoever knows its hash can tell later whether the log was rewritten. */
export const logHeadQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'log-head'],
  query: async ({ signal }) => {
    const params = { path: { competition: slug }, query: { page: 1, pageSize: 1 } }
    const log = await ok(api.GET('/api/competitions/{competition}/log/', { params, signal }))
    return log.results[0] ?? null
  },
  staleTime: 60_000,
}))

/** The head of the final ranking, with one's own row. */
export const podiumQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'podium', ...phaseKey({ phase })],
  query: ({ signal }): Promise<PrivateBoard> =>
    ok(
      api.GET('/api/competitions/{competition}/leaderboard/private/', {
        params: { path: { competition: slug }, query: { page: 1, pageSize: 3 } },
        signal,
        ...inPhase({ slug, phase }),
      }),
    ),
  staleTime: 60_000,
}))

export const COMBINED_PAGE = 100

/** A page of the ranking over all phases. Below the competition's key, so that it is read anew with it. */
export const combinedQuery = defineQueryOptions(({ slug, page, search, bracket }: { slug: string; page: number; search: string; bracket: string }) => ({
  key: ['competitions', slug, 'combined', { page, search, bracket }],
  query: ({ signal }): Promise<CombinedBoard> => {
    const query = { page, pageSize: search ? undefined : COMBINED_PAGE, search: search || undefined, bracket: bracket || undefined }
    return ok(api.GET('/api/competitions/{competition}/leaderboard/combined/', { params: { path: { competition: slug }, query }, signal }))
  },
  staleTime: 30_000,
}))

/** How much of the scores is noise. Below the competition's key, so that it is read anew with it. */
export const noiseQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'noise', ...phaseKey({ phase })],
  query: ({ signal }): Promise<Noise> =>
    ok(api.GET('/api/competitions/{competition}/noise/', { params: { path: { competition: slug } }, signal, ...inPhase({ slug, phase }) })),
  staleTime: 60_000,
}))
