import { TransitionPresets, usePreferredReducedMotion, useTransition } from '@vueuse/core'
import { computed, ref, type Ref } from 'vue'

export const DURATION = 1600

/** A number on its way from one value to another, fast at first; there at once for people who ask for less motion. */
export function useCountUp(from: number, to: number): Readonly<Ref<number>> {
  const motion = usePreferredReducedMotion()
  const goal = ref(from)
  const shown = useTransition(goal, {
    duration: DURATION,
    easing: TransitionPresets.easeOutQuart,
    disabled: computed(() => motion.value === 'reduce'),
  })
  goal.value = to
  return shown
}
