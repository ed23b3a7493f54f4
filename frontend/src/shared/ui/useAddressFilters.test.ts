import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inSetup } from '@/shared/testing/inSetup'
import { TYPING, useAddressFilters } from './useAddressFilters'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const use = (at: string) => inSetup(useAddressFilters, at)

it.each([
  ['/', 1],
  ['/?page=3', 3],
  ['/?page=0', 1],
  ['/?page=two', 1],
])('at %s the page is %i', async (at, page) => {
  expect((await use(at)).result.page.value).toBe(page)
})

it('goes back to the first page when something narrows the list, and keeps the rest', async () => {
  const { result, router } = await use('/?page=3&sort=hot')
  result.show({ tag: 'idea' })
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ sort: 'hot', tag: 'idea' })
})

it('searches once for what was typed in one go', async () => {
  const { result, router } = await use('/')
  const replace = vi.spyOn(router, 'replace')
  for (const text of ['t', 'tr', 'tree']) {
    result.typed.value = text
    await vi.advanceTimersByTimeAsync(TYPING / 2)
  }
  expect(replace).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(TYPING)
  expect(replace).toHaveBeenCalledTimes(1)
  expect(router.currentRoute.value.query).toEqual({ search: 'tree' })
})

it('takes an emptied field for no search', async () => {
  const { result, router } = await use('/?search=tree')
  expect(result.typed.value).toBe('tree')
  result.typed.value = null
  await vi.advanceTimersByTimeAsync(TYPING)
  expect(router.currentRoute.value.query).toEqual({})
})

it('shows the search of the address when that changes by itself', async () => {
  const { result, router } = await use('/?search=tree')
  await router.push('/?search=leaf')
  expect(result.typed.value).toBe('leaf')
})

it('reads a value that stands twice in the address as none', async () => {
  expect((await use('/?tag=a&tag=b')).result.one('tag')).toBeUndefined()
})
