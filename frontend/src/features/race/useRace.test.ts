import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import type { Point } from '@/shared/competition/standings'
import { useRace } from './useRace'

const COURSE = { start: 0, last: 30_000, points: [2000, 5000, 20_000].map((at): Point => ({ team: 1, at, score: at })) }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function race(lessMotion = false, speed = 1) {
  vi.spyOn(window, 'matchMedia').mockImplementation((query) => Object.assign(new EventTarget(), { matches: lessMotion && query.includes('reduce') }) as MediaQueryList)
  return effectScope().run(() => useRace(COURSE, speed))!
}

it('stands at the last moment until another is chosen', () => {
  const { moment, chosen, seek } = race()
  expect(moment.value).toBe(30_000)
  seek(7000)
  expect([moment.value, chosen.value]).toEqual([7000, 7000])
  seek(40_000)
  expect([moment.value, chosen.value]).toEqual([30_000, null])
})

it('plays from the first score on, in half a minute, and rests at the end', async () => {
  const { moment, isPlaying, toggle } = race()
  toggle()
  expect(moment.value).toBe(2000)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(moment.value).toBeGreaterThan(10_000)
  expect(moment.value).toBeLessThan(14_000)
  await vi.advanceTimersByTimeAsync(30_000)
  expect([moment.value, isPlaying.value]).toEqual([30_000, false])
})

it('plays twice as fast at twice the speed', async () => {
  const { moment, toggle } = race(false, 2)
  toggle()
  await vi.advanceTimersByTimeAsync(5000)
  expect(moment.value).toBeGreaterThan(10_000)
})

it('goes from change to change for people who ask for less motion', async () => {
  const { moment, toggle, isReduced } = race(true)
  await nextTick()
  expect(isReduced.value).toBe(true)
  toggle()
  await vi.advanceTimersByTimeAsync(1500)
  expect(moment.value).toBe(5000)
  await vi.advanceTimersByTimeAsync(1500)
  expect(moment.value).toBe(20_000)
})

it.each([
  [6000, 1, 20_000],
  [6000, -1, 5000],
  [25_000, 1, 30_000],
  [1000, -1, 0],
] as const)('from %i a step of %i leads to %i, and the play rests', (from, way, to) => {
  const { moment, seek, step, isPlaying, toggle } = race()
  seek(from)
  toggle()
  step(way)
  expect([moment.value, isPlaying.value]).toEqual([to, false])
})
