import { useQueryCache } from '@pinia/colada'
import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import type { Notification } from '@/shared/api/models'
import { inSetup } from '@/shared/testing/inSetup'
import { useToasts } from '@/shared/toasts'
import * as queries from './queries'
import { useMarking } from './useMarking'

afterEach(() => void vi.restoreAllMocks())

const LIST = ['notifications', 'list', {}]
const COUNT = ['notifications', 'unread-count']
const item = (id: number, unread: boolean) => ({ id, unread }) as Notification

async function use() {
  const { result } = await inSetup(() => ({ ...useMarking(), cache: useQueryCache(), toasts: useToasts() }))
  const { cache } = result
  cache.setQueryData(LIST, { count: 2, results: [item(1, true), item(2, false)] })
  cache.setQueryData(COUNT, { count: 1 })
  const shown = () => cache.getQueryData<{ count: number; results: Notification[] }>(LIST)!
  const unread = () => cache.getQueryData<{ count: number }>(COUNT)!.count
  return { ...result, shown, unread }
}

it('shows a mark before the server has answered', async () => {
  const { mark, shown, unread } = await use()
  const send = vi.spyOn(queries, 'markNotification').mockReturnValue(new Promise(() => {}))
  void mark(item(1, true), false)
  expect(shown().results.map((one) => one.unread)).toEqual([false, false])
  expect(unread()).toBe(0)
  expect(send).toHaveBeenCalledExactlyOnceWith(1, false)
})

it('sends nothing where nothing changes', async () => {
  const { mark, unread } = await use()
  const send = vi.spyOn(queries, 'markNotification')
  await mark(item(2, false), false)
  expect(send).not.toHaveBeenCalled()
  expect(unread()).toBe(1)
})

it('takes a deleted one off the list and off the count', async () => {
  const { remove, shown, unread } = await use()
  vi.spyOn(queries, 'deleteNotification').mockReturnValue(new Promise(() => {}))
  void remove(item(1, true))
  expect(shown()).toEqual({ count: 1, results: [item(2, false)] })
  expect(unread()).toBe(0)
})

it('says what the server refuses', async () => {
  const { mark, toasts } = await use()
  vi.spyOn(queries, 'markNotification').mockRejectedValue(new ApiError(404, [{ code: 'not_found', detail: 'Gone.', attr: null }]))
  await mark(item(1, true), false)
  await flushPromises()
  expect(toasts.queue.map(({ text }) => text)).toEqual(['Gone.'])
})
