import { api, ok } from '@/shared/api/client'
import type { CompetitionState, PrivateBoard, PrivateRow, PublicBoard, PublicRow } from '@/shared/api/models'
import { addressIn, inPhase, type Place } from './phases'

/** `preview`: the private one before it is confirmed, for organisers only. */
export type BoardKind = 'public' | 'private' | 'preview'
export type Board = PublicBoard | PrivateBoard
export type Row = PublicRow & Partial<Pick<PrivateRow, 'publicRank' | 'change' | 'rankLow' | 'rankHigh' | 'aboveNext' | 'isToldApart'>>

export type BaselineLine = PublicBoard['baselines'][number]

export const PAGE_SIZE = 200

export interface BoardRequest extends Place {
  kind: BoardKind
  page: number
  search: string
  pageSize?: number
  /** Slug of a bracket: only its teams, with ranks among them. */
  bracket?: string
}

/** One page of a leaderboard. The browser asks with the ETag it has, and an unchanged board costs no body. */
export function readBoard({ slug, phase, kind, page, search, pageSize = PAGE_SIZE, bracket }: BoardRequest, signal?: AbortSignal): Promise<Board> {
  const params = { path: { competition: slug }, query: { page, pageSize, search: search || undefined, bracket: bracket || undefined } }
  const options = { params, signal, ...inPhase({ slug, phase }) }
  if (kind === 'public') return ok(api.GET('/api/competitions/{competition}/leaderboard/public/', options))
  if (kind === 'private') return ok(api.GET('/api/competitions/{competition}/leaderboard/private/', options))
  return ok(api.GET('/api/competitions/{competition}/leaderboard/private/preview/', options))
}

/** The board the API gives for a side, or null: the private one is closed until confirmed, but for a preview by organisers. */
export function boardShown(side: 'public' | 'private', state: CompetitionState, isHost: boolean): BoardKind | null {
  if (side === 'public' || state === 'confirmed') return side
  return state === 'finished' && isHost ? 'preview' : null
}

const SCORES_PAGE = 1000

/** Public scores by team, of at most `most` of the best teams. */
export async function readPublicScores({ slug, phase }: Place, most: number, signal?: AbortSignal): Promise<Map<number, number>> {
  const scores = new Map<number, number>()
  for (let page = 1; (page - 1) * SCORES_PAGE < most; page += 1) {
    const board = await readBoard({ slug, phase, kind: 'public', page, search: '', pageSize: SCORES_PAGE }, signal)
    for (const { team, score } of board.results) if (score !== null) scores.set(team.id, score)
    if (!board.next) break
  }
  return scores
}

export const csvAddress = (place: Place, kind: 'public' | 'private', bracket = '') =>
  addressIn(place, `leaderboard/${kind}/csv/${bracket && `?bracket=${encodeURIComponent(bracket)}`}`)

/** The ranking over all phases of a competition. */
export const combinedCsvAddress = (slug: string, bracket = '') =>
  addressIn({ slug }, `leaderboard/combined/csv/${bracket && `?bracket=${encodeURIComponent(bracket)}`}`)
