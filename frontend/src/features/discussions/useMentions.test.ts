import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { UserRef } from '@/shared/api/models'
import { useMentions } from './useMentions'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const person = (username: string | null) => ({ username, name: username ?? 'Gone', avatar: null }) as UserRef

function use(find: (name: string, signal?: AbortSignal) => Promise<UserRef[]>) {
  return effectScope().run(() => useMentions(find))!
}
async function pause() {
  await vi.advanceTimersByTimeAsync(150)
  await flushPromises()
}

it('asks for names after a pause, once for what was typed in one go', async () => {
  const find = vi.fn().mockResolvedValue([person('alice'), person(null)])
  const { look, people } = use(find)
  look('Hello @a', 8)
  look('Hello @al', 9)
  await pause()
  expect(find.mock.calls.map(([name]) => name)).toEqual(['al'])
  expect(people.value.map(({ username }) => username)).toEqual(['alice'])
})

it('shows nothing of an answer that comes after the mention is over', async () => {
  let answer: (people: UserRef[]) => void = () => {}
  const { look, people } = use(() => new Promise((resolve) => (answer = resolve)))
  look('@al', 3)
  await pause()
  look('@al is', 6)
  answer([person('alice')])
  await flushPromises()
  expect(people.value).toEqual([])
})

it('goes round the list in both directions', async () => {
  const { look, move, chosen } = use(() => Promise.resolve([person('a'), person('b'), person('c')]))
  look('@x', 2)
  await pause()
  move(-1)
  expect(chosen.value).toBe(2)
  move(1)
  expect(chosen.value).toBe(0)
})

it('leaves the writer alone when names cannot be had', async () => {
  const { look, people } = use(() => Promise.reject(new Error('down')))
  look('@al', 3)
  await pause()
  expect(people.value).toEqual([])
})
