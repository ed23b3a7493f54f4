import { computed, ref, shallowRef, watch } from 'vue'
import type { Liked } from '@/shared/api/models'

/**
 * A like shows at once and is sent behind. Clicks while one is on its way are gathered: only the last wish is sent.
 * If the server refuses, what it last said comes back.
 */
export function useLike(known: () => Liked, send: (liked: boolean) => Promise<Liked>, failed: (error: unknown) => void) {
  const answer = shallowRef<Liked>({ ...known() })
  const wish = ref<boolean | null>(null)
  let sending = false

  watch(known, (value) => (answer.value = { ...value }))

  const shown = computed<Liked>(() => {
    if (wish.value === null || wish.value === answer.value.isLiked) return answer.value
    return { isLiked: wish.value, likeCount: Math.max(0, answer.value.likeCount + (wish.value ? 1 : -1)) }
  })

  async function toggle() {
    wish.value = !shown.value.isLiked
    if (sending) return
    sending = true
    try {
      while (wish.value !== null && wish.value !== answer.value.isLiked) {
        const sent = wish.value
        answer.value = await send(sent)
        if (answer.value.isLiked !== sent) break
      }
    } catch (error) {
      failed(error)
    } finally {
      sending = false
      wish.value = null
    }
  }

  return { shown, toggle }
}
