import { useTimeoutFn } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { UserRef } from '@/shared/api/models'
import { findUsers } from '@/shared/api/users'
import { mentionAt, type Mention } from './writing'

const WAIT = 150
const MOST_SHOWN = 8

/** Names that would complete the mention at the caret. */
export function useMentions(find: typeof findUsers = findUsers) {
  const mention = shallowRef<Mention | null>(null)
  const people = shallowRef<UserRef[]>([])
  const chosen = ref(0)
  let asking: AbortController | undefined

  function close() {
    wait.stop()
    asking?.abort()
    mention.value = null
    people.value = []
  }

  async function ask(name: string) {
    asking?.abort()
    asking = new AbortController()
    const { signal } = asking
    try {
      const found = await find(name, signal)
      if (signal.aborted) return
      people.value = found.filter((user) => user.username).slice(0, MOST_SHOWN)
      chosen.value = 0
    } catch {
      if (!signal.aborted) people.value = [] // Completion is a comfort: without it one types the name.
    }
  }

  const wait = useTimeoutFn((name: string) => void ask(name), WAIT, { immediate: false })

  function look(text: string, caret: number) {
    const found = mentionAt(text, caret)
    if (!found) return close()
    const isSame = mention.value?.at === found.at && mention.value.name === found.name
    mention.value = found
    if (isSame) return
    wait.start(found.name)
  }

  function move(step: number) {
    const count = people.value.length
    if (count > 0) chosen.value = (chosen.value + step + count) % count
  }

  onScopeDispose(close)
  return { mention, people, chosen, look, move, close }
}
