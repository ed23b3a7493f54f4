import type { Competition, MergePreview, PublicRow } from '@/shared/api/models'

/** What two teams would be together: by the server's count, and by what the public leaderboard says of each. */
export interface Together {
  members: number
  memberLimit: number
  ours: number
  /** Null where the leaderboard does not tell it. */
  theirs: number | null
  /** How many submissions they may have made together; null: any number. */
  limit: number | null
  score: number | null
  rank: number | null
  /** Why they can't become one now, in the server's words; null: nothing stands in the way. */
  obstacle: string | null
}

/** What only says that the one team has asked the other already stands in nobody's way. */
const ASKED = 'already_requested'

export function together(preview: MergePreview, rows: readonly (PublicRow | null | undefined)[], metric: Competition['metric']): Together {
  const scores = rows.flatMap((row) => (row?.score == null ? [] : [row.score]))
  const ranks = rows.flatMap((row) => (row?.rank == null ? [] : [row.rank]))
  const best = metric.direction === 'smaller_is_better' ? Math.min : Math.max
  const { members, memberLimit, ours, theirs, limit, refusal } = preview
  return {
    members,
    memberLimit,
    ours,
    theirs,
    limit,
    score: scores.length ? best(...scores) : null,
    // The better of the two keeps its place; the other one disappears from behind it.
    rank: ranks.length ? Math.min(...ranks) : null,
    obstacle: refusal === null || refusal.code === ASKED ? null : refusal.detail,
  }
}
