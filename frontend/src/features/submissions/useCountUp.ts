import { TransitionPresets, usePreferredReducedMotion, useTransition } from '@vueuse/core'
import { computed, onScopeDispose, ref, type Ref } from 'vue'

export const DURATION = 1600

/** A number on its way from one value to another, fast at first; there at once for people who ask for less motion. */
export function useCountUp(from: number, to: number): Readonly<Ref<number>> {
  const motion = usePreferredReducedMotion()
  const isCalm = computed(() => motion.value === 'reduce')
  const goal = ref(from)
  const shown = useTransition(goal, { duration: DURATION, easing: TransitionPresets.easeOutQuart, disabled: isCalm })
  if (isCalm.value) {
    goal.value = to
    return shown
  }
  // From the first frame on, which shows the number before: a busy machine draws it late, and would begin in the middle.
  const frame = requestAnimationFrame(() => (goal.value = to))
  onScopeDispose(() => cancelAnimationFrame(frame))
  return shown
}
