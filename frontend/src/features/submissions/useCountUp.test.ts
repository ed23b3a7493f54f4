import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { DURATION, useCountUp } from './useCountUp'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function asksForLessMotion(less: boolean) {
  vi.spyOn(window, 'matchMedia').mockImplementation(
    (query) => Object.assign(new EventTarget(), { matches: less && query === '(prefers-reduced-motion: reduce)' }) as MediaQueryList,
  )
}

function count(from: number, to: number) {
  const scope = effectScope()
  return { scope, shown: scope.run(() => useCountUp(from, to))! }
}

it('counts from the old number to the new, fast at first, and stops there', async () => {
  asksForLessMotion(false)
  const { shown } = count(0.5, 0.9)
  expect(shown.value).toBe(0.5)
  await vi.advanceTimersByTimeAsync(DURATION / 2)
  expect(shown.value).toBeGreaterThan(0.7)
  expect(shown.value).toBeLessThan(0.9)
  await vi.advanceTimersByTimeAsync(DURATION)
  expect(shown.value).toBe(0.9)
})

it('is there at once for people who ask for less motion', () => {
  asksForLessMotion(true)
  expect(count(0.5, 0.9).shown.value).toBe(0.9)
})

it('stops counting when nobody looks any more', async () => {
  asksForLessMotion(false)
  const { shown, scope } = count(0, 1)
  await vi.advanceTimersByTimeAsync(DURATION / 4)
  const there = shown.value
  scope.stop()
  await vi.advanceTimersByTimeAsync(DURATION)
  expect(there).toBeLessThan(1)
  expect(shown.value).toBe(there)
  expect(vi.getTimerCount()).toBe(0)
})
