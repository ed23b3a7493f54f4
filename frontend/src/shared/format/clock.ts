import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'

// The server's clock decides deadlines; this is how far the browser's is behind it, in milliseconds.
let offset = 0
const now = ref(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Sets the clock by a moment the server named just now. */
export function setClock(serverNow: string): void {
  offset = Date.parse(serverNow) - Date.now()
  now.value = Date.now() + offset
}

/** The server's time in milliseconds, once a second. Ticks only while somebody looks. */
export function useNow(): ComputedRef<number> {
  watchers += 1
  now.value = Date.now() + offset
  timer ??= setInterval(() => (now.value = Date.now() + offset), 1000)
  onScopeDispose(() => {
    watchers -= 1
    if (watchers === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return computed(() => now.value)
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
