import { useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'

/** Asks before a page is left on which something would be lost. `words`: the question, or nothing to lose. */
export function useLeaveGuard(words: () => string | false) {
  const router = useRouter()
  const stop = router.beforeEach((to, from) => {
    // Another phase of a competition is another page at the same path.
    const leaves = to.path !== from.path || to.query.phase !== from.query.phase
    const question = leaves && words()
    return !question || window.confirm(question)
  })
  // The browser asks in words of its own.
  useEventListener('beforeunload', (event) => words() && event.preventDefault())
  onScopeDispose(stop)
}
