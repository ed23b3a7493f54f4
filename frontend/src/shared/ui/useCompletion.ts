import { useTimeoutFn } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'

const WAIT = 200

/** What would complete the text being typed, asked of the server once the typing rests. */
export function useCompletion<T>(find: (text: string, signal: AbortSignal) => Promise<T[]>) {
  const text = ref('')
  const found = shallowRef<T[]>([])
  const isAsking = ref(false)
  let asking: AbortController | undefined

  function stop() {
    wait.stop()
    asking?.abort()
    isAsking.value = false
  }

  async function ask(wanted: string) {
    const { signal } = (asking = new AbortController())
    try {
      const answer = await find(wanted, signal)
      if (!signal.aborted) found.value = answer
    } catch {
      if (!signal.aborted) found.value = []
    } finally {
      if (!signal.aborted) isAsking.value = false
    }
  }

  const wait = useTimeoutFn((wanted: string) => void ask(wanted), WAIT, { immediate: false })

  watch(text, (typed) => {
    stop()
    const wanted = (typed ?? '').trim()
    if (!wanted) {
      found.value = []
      return
    }
    isAsking.value = true
    wait.start(wanted)
  })
  onScopeDispose(stop)
  return { text, found, isAsking }
}
