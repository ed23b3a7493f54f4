import { watchDebounced } from '@vueuse/core'
import { computed, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** How long somebody types before a search is sent, in milliseconds. */
export const TYPING = 300

/**
 * What narrows a list, kept in the query of the address: `one` reads a value, `show` changes some and goes back to the
 * first page, `page` is the page shown, and `typed` the text of a search field, which becomes `search` after a pause.
 */
export function useAddressFilters() {
  const route = useRoute()
  const router = useRouter()

  const one = (name: string) => (typeof route.query[name] === 'string' && route.query[name]) || undefined
  const page = computed(() => Math.max(1, Number(one('page')) || 1))

  function show(changes: Record<string, string | undefined>) {
    void router.replace({ query: { ...route.query, page: undefined, ...changes } })
  }

  const typed = ref<string | null>(one('search') ?? '')
  watch(
    () => one('search'),
    (text) => (typed.value = text ?? ''),
  )
  watchDebounced(
    typed,
    (text) => {
      if ((text ?? '') !== (one('search') ?? '')) show({ search: text || undefined })
    },
    { debounce: TYPING },
  )

  return { one, show, page, typed }
}
