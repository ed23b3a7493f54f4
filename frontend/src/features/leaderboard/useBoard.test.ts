import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import * as boards from '@/shared/competition/board'
import { PAGE_SIZE, type Board, type BoardKind } from '@/shared/competition/board'
import { NetworkError } from '@/shared/api/errors'
import { useBoard } from './useBoard'

afterEach(() => void vi.restoreAllMocks())

const TEAMS = 450

/** A page of a board on which team n has rank n. */
function pageOf(page: number, version: number): Board {
  const first = (page - 1) * PAGE_SIZE + 1
  const results = Array.from({ length: Math.min(PAGE_SIZE, TEAMS - first + 1) }, (_, index) => ({ team: { id: first + index, name: `v${version}` }, rank: first + index }))
  return { count: TEAMS, version, results, me: null, updatedAt: null, next: null, previous: null, state: 'running' } as unknown as Board
}

function use() {
  let version = 1
  const read = vi.spyOn(boards, 'readBoard').mockImplementation(({ page }) => Promise.resolve(pageOf(page, version)))
  const [slug, kind, search] = [ref('cup'), ref<BoardKind>('public'), ref('')]
  const phase = ref<number>()
  const scope = effectScope()
  const board = scope.run(() => useBoard(() => ({ slug: slug.value, phase: phase.value }), kind, search, false))!
  const asked = () => read.mock.calls.map(([{ page }]) => page)
  return { board, read, asked, slug, phase, search, scope, changes: () => (version += 1) }
}

it('reads the first page at once and the others when they come into sight, once each', async () => {
  const { board, asked } = use()
  await flushPromises()
  expect(board.count.value).toBe(TEAMS)
  expect(board.rowAt(0)?.team.id).toBe(1)
  expect(board.rowAt(PAGE_SIZE)).toBeUndefined()
  board.show(PAGE_SIZE - 5, PAGE_SIZE + 5)
  board.show(PAGE_SIZE - 4, PAGE_SIZE + 6)
  await flushPromises()
  expect(asked()).toEqual([1, 2])
  expect(board.rowAt(PAGE_SIZE)?.team.id).toBe(PAGE_SIZE + 1)
})

it('brings a row that nobody looks at where it is needed', async () => {
  const { board, asked } = use()
  await flushPromises()
  board.need(TEAMS - 1)
  board.need(TEAMS)
  board.need(-1)
  await flushPromises()
  expect(asked()).toEqual([1, 3])
  expect(board.rowAt(TEAMS - 1)?.team.id).toBe(TEAMS)
})

it('forgets pages out of sight when the board has changed', async () => {
  const { board, changes } = use()
  await flushPromises()
  board.show(PAGE_SIZE, PAGE_SIZE + 10)
  await flushPromises()
  changes()
  board.show(2 * PAGE_SIZE, 2 * PAGE_SIZE + 10)
  await flushPromises()
  expect(board.rowAt(2 * PAGE_SIZE)?.team.name).toBe('v2')
  expect(board.rowAt(0)).toBeUndefined()
})

it('begins anew with every search, and shows nothing of an answer to the one before', async () => {
  const { board, read, search } = use()
  await flushPromises()
  let answer: (page: Board) => void = () => {}
  read.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
  search.value = 'slow'
  await nextTick()
  search.value = 'quick'
  await flushPromises()
  answer({ ...pageOf(1, 9), count: 1 })
  await flushPromises()
  expect(read.mock.lastCall?.[0].search).toBe('quick')
  expect(board.count.value).toBe(TEAMS)
})

it('begins anew with another phase, and shows nothing of the one before', async () => {
  const { board, read, phase } = use()
  await flushPromises()
  let answer: (page: Board) => void = () => {}
  read.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)))
  phase.value = 2
  await nextTick()
  expect([board.count.value, board.rowAt(0)]).toEqual([null, undefined])
  phase.value = 3
  await flushPromises()
  answer({ ...pageOf(1, 9), count: 1 })
  await flushPromises()
  expect(read.mock.calls.map(([{ phase: asked }]) => asked)).toEqual([undefined, 2, 3])
  expect(board.count.value).toBe(TEAMS)
})

it('says what went wrong only while it has nothing to show', async () => {
  const { board, read } = use()
  await flushPromises()
  read.mockRejectedValueOnce(new NetworkError())
  board.show(PAGE_SIZE, PAGE_SIZE + 1)
  await flushPromises()
  expect(board.error.value).toBeNull()
  const first = vi.spyOn(boards, 'readBoard').mockRejectedValue(new NetworkError())
  const other = effectScope().run(() => useBoard({ slug: 'cup' }, 'public', '', false))!
  await flushPromises()
  expect(other.error.value).toBeInstanceOf(NetworkError)
  first.mockResolvedValue(pageOf(1, 1))
  await other.restart()
  expect(other.error.value).toBeNull()
})
