import { useDocumentVisibility, useIntervalFn, useOnline } from '@vueuse/core'
import { toValue, watch, type MaybeRefOrGetter } from 'vue'

/** Calls again and again while the page is seen and there is a network; `interval` in milliseconds, null to rest. */
export function usePolling(call: () => unknown, interval: MaybeRefOrGetter<number | null>) {
  const visibility = useDocumentVisibility()
  const online = useOnline()

  function tick() {
    if (visibility.value === 'visible' && online.value) void call()
  }

  const { pause, resume } = useIntervalFn(tick, () => toValue(interval) ?? 0, { immediate: false })
  watch(
    () => toValue(interval),
    (milliseconds) => (milliseconds ? resume() : pause()),
    { immediate: true },
  )
  // Who comes back to the page sees at once what happened meanwhile.
  watch(visibility, tick)
}
