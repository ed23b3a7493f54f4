import { onMounted, watch, type Ref } from 'vue'
import { useRoute } from 'vue-router'

/** Where a row of links is wider than the window, brings the one to the current page into its middle. */
export function useCurrentInSight(list: Readonly<Ref<HTMLElement | null>>) {
  const route = useRoute()
  function bring() {
    const current = list.value?.querySelector('[aria-current="page"]')
    if (!list.value || !current) return
    const row = list.value.getBoundingClientRect()
    const link = current.getBoundingClientRect()
    list.value.scrollLeft += link.left + link.width / 2 - (row.left + row.width / 2)
  }
  onMounted(bring)
  watch(() => route.path, bring, { flush: 'post' })
}
