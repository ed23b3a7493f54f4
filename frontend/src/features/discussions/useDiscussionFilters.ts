import { computed } from 'vue'
import { useAddressFilters } from '@/shared/ui/useAddressFilters'
import { SORTS, type DiscussionFilters, type Sort } from './queries'

/** Which discussions are listed, kept in the address. `competition`: the slug of the one they belong to, if any. */
export function useDiscussionFilters(competition: () => string | undefined) {
  const { one, show, page, typed } = useAddressFilters()
  const sort = computed<Sort>(() => SORTS.find((value) => value === one('sort')) ?? 'last_comment')
  const scope = computed(() => (one('scope') === 'site' ? 'site' : 'all'))
  const filters = computed<DiscussionFilters>(() => ({
    competition: competition() ?? (scope.value === 'site' ? 'site' : undefined),
    search: one('search'),
    tag: one('tag'),
    author: one('author'),
    sort: sort.value,
    page: page.value,
  }))
  const isNarrowed = computed(() => Boolean(filters.value.search || filters.value.tag || filters.value.author))
  return { filters, scope, isNarrowed, typed, show }
}
