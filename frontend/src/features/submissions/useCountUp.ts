import { onScopeDispose, ref, type Ref } from 'vue'

const DURATION = 1600

/** Fast at first, slow at the end. */
export function eased(from: number, to: number, fraction: number): number {
  if (fraction >= 1) return to
  return from + (to - from) * (1 - (1 - fraction) ** 4)
}

/** A number on its way from one value to another; there at once for people who ask for less motion. */
export function useCountUp(from: number, to: number): Ref<number> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const shown = ref(still ? to : from)
  if (still) return shown
  const start = performance.now()
  let frame = requestAnimationFrame(function step(time) {
    const fraction = (time - start) / DURATION
    shown.value = eased(from, to, Math.max(0, fraction))
    if (fraction < 1) frame = requestAnimationFrame(step)
  })
  onScopeDispose(() => cancelAnimationFrame(frame))
  return shown
}
