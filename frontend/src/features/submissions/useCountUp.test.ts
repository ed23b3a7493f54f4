import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { eased, useCountUp } from './useCountUp'

let frames: FrameRequestCallback[] = []

beforeEach(() => {
  frames = []
  vi.spyOn(performance, 'now').mockReturnValue(1000)
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback))
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []))
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

function asksForLessMotion(less: boolean) {
  vi.stubGlobal('matchMedia', (query: string) => ({ matches: less && query === '(prefers-reduced-motion: reduce)' }))
}

/** Lets the browser draw once. */
function draw(time: number) {
  for (const frame of frames.splice(0)) frame(time)
}

it('counts from the old number to the new, and stops there', () => {
  asksForLessMotion(false)
  effectScope().run(() => {
    const shown = useCountUp(0.5, 0.9)
    expect(shown.value).toBe(0.5)
    draw(1400)
    expect(shown.value).toBeCloseTo(eased(0.5, 0.9, 0.25))
    draw(9000)
    expect(shown.value).toBe(0.9)
    expect(frames).toEqual([])
  })
})

it('is there at once for people who ask for less motion', () => {
  asksForLessMotion(true)
  effectScope().run(() => {
    expect(useCountUp(0.5, 0.9).value).toBe(0.9)
    expect(frames).toEqual([])
  })
})

it('stops counting when nobody looks any more', () => {
  asksForLessMotion(false)
  const scope = effectScope()
  scope.run(() => useCountUp(0, 1))
  scope.stop()
  expect(frames).toEqual([])
})
