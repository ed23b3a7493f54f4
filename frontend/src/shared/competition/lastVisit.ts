import { useEventListener } from '@vueuse/core'
import { onScopeDispose, shallowRef } from 'vue'
import type { BoardKind, Row } from './board'
import type { Place } from './phases'

/** What one saw when one last looked: rank by team, and whether that was every team. */
export interface Seen {
  ranks: Record<string, number>
  isComplete: boolean
}

// Enough for what one remembers having seen; small enough for the browser's store.
const MOST_TEAMS = 2000
// Who comes back sooner has not been away.
const SAME_VISIT = 60_000

interface Visit extends Seen {
  at: number
}

function read(key: string): Visit | null {
  try {
    const visit = JSON.parse(localStorage.getItem(key) ?? 'null') as Visit | null
    return visit && typeof visit.at === 'number' && typeof visit.ranks === 'object' ? visit : null
  } catch {
    return null
  }
}

/** A board by its own name. No slug has a `#`: none of a bracket is taken for a phase. */
export const visitedBoard = ({ slug, phase }: Place, kind: BoardKind, bracket = '') =>
  [slug, kind, ...(phase === undefined ? [] : [`#${phase}`]), ...(bracket ? [bracket] : [])].join('.')

/** What one saw of a board at the last visit. */
export const lastSeen = (board: string): Seen | null => read(`uzu.seen.${board}`)

/** How many places a team rose since the last visit; `new` if it was not there; null if nothing changed or nobody knows. */
export function changeSince(seen: Seen | null, row: Row): number | 'new' | null {
  if (!seen || row.rank === null) return null
  const before = seen.ranks[row.team.id]
  if (before === undefined) return seen.isComplete ? 'new' : null
  return before === row.rank ? null : before - row.rank
}

/** `rows`: those that have been loaded, of `count` that there are. */
export function useLastVisit(board: string, rows: () => Row[], count: () => number | null) {
  const key = `uzu.seen.${board}`
  const visit = read(key)
  const seen = shallowRef<Seen | null>(visit)
  const arrived = Date.now()

  function remember() {
    const loaded = rows()
    const ranked = loaded.filter((row) => row.rank !== null)
    if (ranked.length === 0 || (visit && arrived - visit.at < SAME_VISIT && Date.now() - arrived < SAME_VISIT)) return
    const ranks: Seen['ranks'] = {}
    for (const row of ranked.slice(0, MOST_TEAMS)) ranks[row.team.id] = row.rank as number
    const isComplete = loaded.length === count() && ranked.length <= MOST_TEAMS
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), ranks, isComplete } satisfies Visit))
    } catch {
      // A full or forbidden store: then nothing is marked next time.
    }
  }

  useEventListener('pagehide', remember)
  onScopeDispose(remember)
  return seen
}
