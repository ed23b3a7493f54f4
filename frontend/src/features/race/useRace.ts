import { usePreferredReducedMotion } from '@vueuse/core'
import { computed, onScopeDispose, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { neighbour, type Point } from '@/shared/competition/standings'

export const SPEEDS = [0.5, 1, 2, 4] as const

/** The whole competition in half a minute, at normal speed. */
const DURATION = 30_000
const FRAME = 60
const STEPS = 25
const STEP_EVERY = 1500

interface Course {
  points: readonly Point[]
  start: number
  /** The last moment there is: now, or the end. */
  last: number
}

/**
 * The moment of the race, and how it passes. `chosen` null is the last moment there is, which goes on while the
 * competition runs. For people who ask for less motion the play goes in steps, from change to change.
 */
export function useRace(course: MaybeRefOrGetter<Course>, speed: MaybeRefOrGetter<number>) {
  const chosen = ref<number | null>(null)
  const isPlaying = ref(false)
  const motion = usePreferredReducedMotion()
  const isReduced = computed(() => motion.value === 'reduce')
  const moment = computed(() => {
    const { start, last } = toValue(course)
    return Math.min(last, Math.max(start, chosen.value ?? last))
  })
  let frame = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let drawn = 0

  function seek(to: number | null) {
    chosen.value = to === null || to >= toValue(course).last ? null : to
    if (chosen.value === null) isPlaying.value = false
  }

  function advance(time: number) {
    const passed = Math.min(time - drawn, 250)
    if (passed >= FRAME) {
      const { start, last } = toValue(course)
      seek(moment.value + (passed * toValue(speed) * (last - start)) / DURATION)
      drawn = time
    }
    if (isPlaying.value) frame = requestAnimationFrame(advance)
  }

  function advanceByStep() {
    const { points, start, last } = toValue(course)
    seek(neighbour(points, moment.value + (last - start) / STEPS, 1))
  }

  function rest() {
    cancelAnimationFrame(frame)
    clearInterval(timer)
  }

  watch([isPlaying, isReduced, () => toValue(speed)], () => {
    rest()
    if (!isPlaying.value) return
    if (isReduced.value) {
      timer = setInterval(advanceByStep, STEP_EVERY / toValue(speed))
    } else {
      drawn = performance.now()
      frame = requestAnimationFrame(advance)
    }
  })
  onScopeDispose(rest)

  function toggle() {
    // At the end it begins anew, where the first score is: before it nobody moves.
    if (!isPlaying.value && chosen.value === null) chosen.value = toValue(course).points[0]?.at ?? null
    isPlaying.value = !isPlaying.value && chosen.value !== null
  }

  function step(way: -1 | 1) {
    isPlaying.value = false
    const { points, start } = toValue(course)
    seek(neighbour(points, moment.value, way) ?? (way === 1 ? null : start))
  }

  return { chosen, moment, isPlaying, isReduced, seek, toggle, step }
}
