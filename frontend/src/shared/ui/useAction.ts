import { computed, ref, shallowRef } from 'vue'
import { ApiError } from '@/shared/api/errors'
import { useErrorText } from './useErrorText'

/**
 * Something a person does that the server may refuse: runs once at a time, keeps the refusal, and tells which words
 * belong beside which field. `run` answers whether it went well.
 */
export function useAction<A extends unknown[]>(action: (...args: A) => Promise<unknown>, fields: readonly string[] = []) {
  const pending = ref(false)
  const error = shallowRef<unknown>(null)
  const textOf = useErrorText()

  async function run(...args: A): Promise<boolean> {
    if (pending.value) return false
    pending.value = true
    error.value = null
    try {
      await action(...args)
      return true
    } catch (caught) {
      if (!(caught instanceof DOMException && caught.name === 'AbortError')) error.value = caught
      return false
    } finally {
      pending.value = false
    }
  }

  function about(field: string): string[] {
    return error.value instanceof ApiError ? error.value.about(field) : []
  }

  /** What belongs to no shown field. */
  const general = computed(() => {
    if (!error.value) return ''
    if (error.value instanceof ApiError && error.value.status < 500 && error.value.status !== 401) {
      const rest = error.value.problems.filter((problem) => !problem.attr || !fields.includes(problem.attr))
      if (rest.length === 0 && error.value.problems.length > 0) return ''
      if (rest.length > 0) return rest.map((problem) => problem.detail).join(' ')
    }
    return textOf(error.value)
  })

  function clear() {
    error.value = null
  }

  return { run, pending, error, about, general, clear }
}
