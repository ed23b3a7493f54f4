import { computed, onScopeDispose, reactive, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { PAGE_SIZE, readBoard, type BoardKind, type Row } from '@/shared/competition/board'
import { usePolling } from '@/shared/ui/usePolling'

const POLL_EVERY = 8000

/**
 * A leaderboard of any length: the first page at once, the others when their rows come into sight. While the
 * competition runs the pages in sight are asked for again and again; rows move when something changed.
 */
export function useBoard(slug: MaybeRefOrGetter<string>, kind: MaybeRefOrGetter<BoardKind>, search: MaybeRefOrGetter<string>, polls: MaybeRefOrGetter<boolean>) {
  const pages = reactive(new Map<number, Row[]>())
  const count = ref<number | null>(null)
  const me = shallowRef<Row | null>(null)
  const updatedAt = ref<string | null>(null)
  const error = shallowRef<unknown>(null)
  const inSight = new Set<number>([1])
  let abort = new AbortController()
  let version: number | null = null

  async function load(page: number) {
    const mine = abort
    try {
      const board = await readBoard({ slug: toValue(slug), kind: toValue(kind), page, search: toValue(search) }, mine.signal)
      if (mine.signal.aborted) return
      error.value = null
      if (board.version !== version) {
        // What stands on pages out of sight may have moved: ask again when they come back.
        for (const other of [...pages.keys()]) if (!inSight.has(other)) pages.delete(other)
        version = board.version
      }
      pages.set(page, board.results)
      count.value = board.count
      me.value = board.me
      updatedAt.value = board.updatedAt
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

  const rowAt = (index: number): Row | undefined => pages.get(Math.floor(index / PAGE_SIZE) + 1)?.[index % PAGE_SIZE]
  const loadedRows = computed(() => [...pages.values()].flat())

  watch(
    () => toValue(search),
    () => void restart(),
  )
  watch(
    [() => toValue(slug), () => toValue(kind)],
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

  return { count, me, updatedAt, error, rowAt, loadedRows, show, restart }
}
