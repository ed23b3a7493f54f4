import { onScopeDispose, toValue, watch, type MaybeRefOrGetter } from 'vue'

/** Calls again and again while the page is seen; `interval` in milliseconds, null to rest. */
export function usePolling(call: () => unknown, interval: MaybeRefOrGetter<number | null>) {
  let timer: ReturnType<typeof setInterval> | undefined

  function tick() {
    if (document.visibilityState === 'visible' && navigator.onLine) void call()
  }

  watch(
    () => toValue(interval),
    (milliseconds) => {
      clearInterval(timer)
      timer = milliseconds ? setInterval(tick, milliseconds) : undefined
    },
    { immediate: true },
  )
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
}
