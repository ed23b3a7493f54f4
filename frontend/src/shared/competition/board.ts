import { api, ok } from '@/shared/api/client'
import type { PrivateBoard, PrivateRow, PublicBoard, PublicRow } from '@/shared/api/models'

export type BoardKind = 'public' | 'private'
export type Board = PublicBoard | PrivateBoard
export type Row = PublicRow & Partial<Pick<PrivateRow, 'publicRank' | 'change'>>

export const PAGE_SIZE = 200

export interface BoardRequest {
  slug: string
  kind: BoardKind
  page: number
  search: string
  pageSize?: number
}

/** One page of a leaderboard. The browser asks with the ETag it has, and an unchanged board costs no body. */
export function readBoard({ slug, kind, page, search, pageSize = PAGE_SIZE }: BoardRequest, signal?: AbortSignal): Promise<Board> {
  const params = { path: { competition: slug }, query: { page, pageSize, search: search || undefined } }
  return kind === 'public'
    ? ok(api.GET('/api/competitions/{competition}/leaderboard/public/', { params, signal }))
    : ok(api.GET('/api/competitions/{competition}/leaderboard/private/', { params, signal }))
}

export const csvAddress = (slug: string, kind: BoardKind) =>
  `/api/competitions/${encodeURIComponent(slug)}/leaderboard/${kind}/csv/`
