import { useQuery } from '@pinia/colada'
import { computed, watch } from 'vue'
import type { Competition } from '@/shared/api/models'
import type { BoardKind, Row } from '@/shared/competition/board'
import { stateAt } from '@/shared/competition/clock'
import { MOST_TEAMS, racedQuery } from '@/shared/competition/history'
import { pointsOf } from '@/shared/competition/standings'
import { nextZone, type Zones } from '@/shared/competition/zones'
import { useNow } from '@/shared/format/clock'
import { MOST_SCORES, scoresQuery } from './queries'
import { changesSince, histogram, lead, spanOf } from './study'

interface Board {
  me: { value: Row | null }
  rowAt: (index: number) => Row | undefined
  need: (index: number) => void
}

interface Shown {
  competition: Competition
  kind: BoardKind
  /** How many teams compete. */
  ranked: number
  zones: Zones
  isSearching: boolean
  /** Of which bracket alone; empty: of all teams. */
  bracket: string
}

/**
 * What a leaderboard says beyond its rows: how far it is from one's own place to the next one and to the next medal, who
 * moved lately, and how the scores are spread. Recent changes are those of the public board while the competition runs,
 * and only where the history tells of every team: from a part of them earlier ranks cannot be told.
 */
export function useStudy(shown: () => Shown, board: Board) {
  const now = useNow()
  const direction = computed(() => shown().competition.metric.direction)
  const isLive = computed(() => shown().kind === 'public' && stateAt(shown().competition, now.value) === 'running')
  const history = useQuery(() => ({
    ...racedQuery(shown().competition, shown().bracket),
    enabled: isLive.value,
  }))
  const scores = useQuery(() => scoresQuery({ slug: shown().competition.slug, phase: shown().competition.phase, kind: shown().kind, bracket: shown().bracket }))

  const span = computed(() => spanOf(Date.parse(shown().competition.startsAt), now.value))
  // To the minute: the clock ticks every second, and ranks are not counted anew for each.
  const minute = computed(() => Math.floor(now.value / 60_000) * 60_000)
  const points = computed(() => (history.data.value ? pointsOf(history.data.value) : []))
  const changes = computed(() => {
    const known = history.data.value?.teams.length ?? 0
    if (!isLive.value || known === 0 || known >= MOST_TEAMS) return null
    return changesSince(points.value, minute.value - span.value, direction.value)
  })

  const place = computed(() => {
    const me = board.me.value
    if (!me || shown().isSearching) return null
    const ahead = me.rank === null || me.rank === 1 ? null : me.rank - 1
    // Within a bracket nobody wins medals.
    return { me, ahead, medal: shown().bracket ? null : nextZone(me.rank, shown().zones, shown().ranked) }
  })
  // The rows one is compared with may stand on pages that nobody has looked at.
  watch(
    place,
    (found) => {
      for (const rank of [found?.ahead, found?.medal?.rank]) if (rank) board.need(rank - 1)
    },
    { immediate: true },
  )
  const behind = (rank: number | null | undefined) =>
    rank ? lead(board.rowAt(rank - 1)?.score, place.value?.me.score, direction.value) : null
  const gaps = computed(() => ({ next: behind(place.value?.ahead), medal: behind(place.value?.medal?.rank) }))

  const bins = computed(() => histogram(scores.data.value ?? [], board.me.value?.score ?? null, direction.value))
  const isPart = computed(() => (scores.data.value?.length ?? 0) >= MOST_SCORES)

  /** How far a row is behind the one above it. */
  function gapAt(index: number): number | null {
    if (shown().isSearching || index === 0) return null
    return lead(board.rowAt(index - 1)?.score, board.rowAt(index)?.score, direction.value)
  }

  return { place, gaps, changes, span, bins, isPart, gapAt }
}
