import { onMounted, onScopeDispose } from 'vue'

/** Keeps the screen awake while the page is seen, where the browser can. */
export function useWakeLock() {
  let lock: WakeLockSentinel | undefined
  let gone = false

  async function hold() {
    if (gone || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    try {
      lock = await navigator.wakeLock.request('screen')
      if (gone) void lock.release()
    } catch {
      // Refused, for instance on a low battery: then the screen's own settings decide.
    }
  }

  onMounted(() => {
    void hold()
    document.addEventListener('visibilitychange', hold)
  })
  onScopeDispose(() => {
    gone = true
    document.removeEventListener('visibilitychange', hold)
    void lock?.release()
  })
}
