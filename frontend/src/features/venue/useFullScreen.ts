import { onScopeDispose, ref } from 'vue'

/** The page without the browser's frame. */
export function useFullScreen() {
  const isPossible = document.fullscreenEnabled === true
  const isFull = ref(document.fullscreenElement !== null)
  const update = () => (isFull.value = document.fullscreenElement !== null)
  document.addEventListener('fullscreenchange', update)
  onScopeDispose(() => document.removeEventListener('fullscreenchange', update))

  async function toggle() {
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen())
    } catch {
      // The browser wants no full screen now; the page is readable without.
    }
  }
  return { isPossible, isFull, toggle }
}
