import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Submission } from '@/shared/api/models'
import { columnsOf, matches } from './labBook'

/** Which submissions and which columns of their experiments are shown; the columns are remembered on this machine. */
export function useLabBook(slug: string, submissions: MaybeRefOrGetter<Submission[] | undefined>) {
  const key = `uzu.columns.${slug}`
  const query = ref('')
  const remembered = ref<string[]>(read(key))
  const columns = computed(() => columnsOf(toValue(submissions) ?? []))
  const chosen = computed({
    get: () => columns.value.filter((column) => remembered.value.includes(column)),
    set: (names) => (remembered.value = names),
  })
  watch(remembered, (names) => localStorage.setItem(key, JSON.stringify(names)))
  const shown = computed(() => (toValue(submissions) ?? []).filter((submission) => matches(submission, query.value)))
  return { query, columns, chosen, shown }
}

function read(key: string): string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}
