import { computed, onScopeDispose, reactive, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { PAGE_SIZE, readBoard, type BaselineLine, type BoardKind, type Row } from '@/shared/competition/board'
import type { Place } from '@/shared/competition/phases'
import { NO_ZONES, type Zones } from '@/shared/competition/zones'
import { usePolling } from '@/shared/ui/usePolling'

const POLL_EVERY = 8000

/**
 * A leaderboard of any length: the first page at once, the others when their rows come into sight. While the
 * competition runs the pages in sight are asked for again and again; rows move when something changed.
 */
export function useBoard(
  place: MaybeRefOrGetter<Place>,
  kind: MaybeRefOrGetter<BoardKind>,
  search: MaybeRefOrGetter<string>,
  polls: MaybeRefOrGetter<boolean>,
  bracket: MaybeRefOrGetter<string> = '',
) {
  const pages = reactive(new Map<number, Row[]>())
  const count = ref<number | null>(null)
  /** How many teams compete, whatever is searched for. */
  const teams = ref<number | null>(null)
  const zones = shallowRef<Zones>(NO_ZONES)
  const baselines = shallowRef<readonly BaselineLine[]>([])
  const me = shallowRef<Row | null>(null)
  const updatedAt = ref<string | null>(null)
  /** Since when the public leaderboard stands still; null: it moves. */
  const frozenSince = ref<string | null>(null)
  /** Whether one sees the row of one's own team alone. */
  const onlyOwn = ref(false)
  const error = shallowRef<unknown>(null)
  const inSight = new Set<number>([1])
  let abort = new AbortController()
  let version: number | null = null

  async function load(page: number) {
    const mine = abort
    const { slug, phase } = toValue(place)
    try {
      const board = await readBoard({ slug, phase, kind: toValue(kind), page, search: toValue(search), bracket: toValue(bracket) }, mine.signal)
      if (mine.signal.aborted) return
      error.value = null
      if (board.version !== version) {
        // What stands on pages out of sight may have moved: ask again when they come back.
        for (const other of [...pages.keys()]) if (!inSight.has(other)) pages.delete(other)
        version = board.version
      }
      pages.set(page, board.results)
      count.value = board.count
      teams.value = board.teams
      zones.value = board.zones
      baselines.value = board.baselines
      me.value = board.me
      updatedAt.value = board.updatedAt
      frozenSince.value = board.frozenSince
      onlyOwn.value = board.onlyOwn
    } catch (caught) {
      if (!mine.signal.aborted && count.value === null) error.value = caught
    }
  }

  function restart() {
    abort.abort()
    abort = new AbortController()
    version = null
    pages.clear()
    inSight.clear()
    inSight.add(1)
    return load(1)
  }

  /** Tells which rows are seen, as indices from zero. */
  function show(first: number, last: number) {
    inSight.clear()
    for (let page = Math.floor(first / PAGE_SIZE) + 1; page <= Math.floor(last / PAGE_SIZE) + 1; page += 1) {
      inSight.add(page)
      if (!pages.has(page) && count.value !== null && (page - 1) * PAGE_SIZE < count.value) {
        pages.set(page, [])
        void load(page)
      }
    }
  }

  /** Sees to it that the row at an index from zero is there, though nobody looks at it. */
  function need(index: number) {
    const page = Math.floor(index / PAGE_SIZE) + 1
    if (pages.has(page) || count.value === null || index < 0 || index >= count.value) return
    pages.set(page, [])
    void load(page)
  }

  const rowAt = (index: number): Row | undefined => pages.get(Math.floor(index / PAGE_SIZE) + 1)?.[index % PAGE_SIZE]
  const loadedRows = computed(() => [...pages.values()].flat())

  watch(
    () => toValue(search),
    () => void restart(),
  )
  watch(
    [() => toValue(place).slug, () => toValue(place).phase, () => toValue(kind), () => toValue(bracket)],
    () => {
      count.value = null
      me.value = null
      error.value = null
      void restart()
    },
    { immediate: true },
  )
  usePolling(
    () => Promise.all([...inSight].map((page) => load(page))),
    () => (toValue(polls) ? POLL_EVERY : null),
  )
  onScopeDispose(() => abort.abort())

  return { count, teams, zones, baselines, me, updatedAt, frozenSince, onlyOwn, error, rowAt, loadedRows, show, need, restart }
}
