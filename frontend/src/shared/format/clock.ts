import { createSharedComposable, useTimestamp } from '@vueuse/core'
import { computed, ref, type ComputedRef } from 'vue'

// The server's clock decides deadlines; this is how far the browser's is behind it, in milliseconds.
const offset = ref(0)
const useBrowserClock = createSharedComposable(() => useTimestamp({ interval: 1000 }))

/** Sets the clock by a moment the server named just now. */
export function setClock(serverNow: string): void {
  offset.value = Date.parse(serverNow) - Date.now()
}

/** The server's time in milliseconds, once a second. Ticks only while somebody looks. */
export function useNow(): ComputedRef<number> {
  const browser = useBrowserClock()
  return computed(() => browser.value + offset.value)
}

export interface Remaining {
  days: number
  hours: number
  minutes: number
  seconds: number
}

/** Splits a span of milliseconds; what is past is zero. */
export function remaining(milliseconds: number): Remaining {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor((seconds % 86_400) / 3600),
    minutes: Math.floor((seconds % 3600) / 60),
    seconds: seconds % 60,
  }
}
