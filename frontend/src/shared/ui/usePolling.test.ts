import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { usePolling } from './usePolling'

let visibility: DocumentVisibilityState = 'visible'

beforeEach(() => {
  vi.useFakeTimers()
  visibility = 'visible'
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function look(state: DocumentVisibilityState) {
  visibility = state
  document.dispatchEvent(new Event('visibilitychange'))
}

function start(every: number | null) {
  const call = vi.fn()
  const interval = ref(every)
  const scope = effectScope()
  scope.run(() => usePolling(call, interval))
  return { call, interval, scope }
}

it('calls once in each interval', async () => {
  const { call, scope } = start(1000)
  await vi.advanceTimersByTimeAsync(3000)
  expect(call).toHaveBeenCalledTimes(3)
  scope.stop()
  await vi.advanceTimersByTimeAsync(3000)
  expect(call).toHaveBeenCalledTimes(3)
})

it('rests while the interval is null, and begins when it is not', async () => {
  const { call, interval } = start(null)
  await vi.advanceTimersByTimeAsync(3000)
  expect(call).not.toHaveBeenCalled()
  interval.value = 500
  await vi.advanceTimersByTimeAsync(1000)
  expect(call).toHaveBeenCalledTimes(2)
  interval.value = null
  await vi.advanceTimersByTimeAsync(5000)
  expect(call).toHaveBeenCalledTimes(2)
})

it('rests while nobody looks, and calls at once when somebody comes back', async () => {
  const { call } = start(1000)
  look('hidden')
  await vi.advanceTimersByTimeAsync(5000)
  expect(call).not.toHaveBeenCalled()
  look('visible')
  await nextTick()
  expect(call).toHaveBeenCalledTimes(1)
})

it('asks nothing without a network', async () => {
  const { call } = start(1000)
  window.dispatchEvent(new Event('offline'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(call).not.toHaveBeenCalled()
  window.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(1000)
  expect(call).toHaveBeenCalledTimes(1)
})
