import { shallowRef, watch, type Ref } from 'vue'
import type { Competition } from '@/shared/api/models'
import { useSession } from '@/shared/session'

/**
 * The competition as its participant knows it. When a session ends, the next answer is the one for strangers, and a page
 * that followed it would throw away what is being written there. So an answer that no longer knows the participant
 * counts only when the server still knows who asks, and says the same once more.
 */
export function useHeldCompetition(data: Ref<Competition | undefined>, refetch: () => Promise<unknown>) {
  const session = useSession()
  const held = shallowRef(data.value)
  let isChecking = false

  function isLost(before: Competition | undefined, now: Competition | undefined) {
    return before?.slug === now?.slug && before?.isEntered === true && now?.isEntered === false && session.isSignedIn
  }

  watch([data, () => session.hasEnded], async () => {
    if (isChecking) return
    if (isLost(held.value, data.value)) {
      isChecking = true
      try {
        await session.check()
        if (session.hasEnded) return
        // Overtaken by another question, perhaps: then its answer is the newer one.
        await refetch().catch(() => undefined)
      } finally {
        isChecking = false
      }
    }
    held.value = data.value
  })
  return held
}
