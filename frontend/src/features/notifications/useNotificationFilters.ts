import { computed } from 'vue'
import { useAddressFilters } from '@/shared/ui/useAddressFilters'
import { KIND_NAMES } from './kinds'
import type { Narrowed, NotificationFilters } from './queries'

/** Which notifications are listed, kept in the address; `narrowed` is what an act on all of them is limited to. */
export function useNotificationFilters() {
  const { one, show, page } = useAddressFilters()
  const filters = computed<NotificationFilters>(() => ({
    kind: KIND_NAMES.find((value) => value === one('kind')),
    competition: one('competition'),
    unread: one('show') === 'unread' || undefined,
    page: page.value,
  }))
  const narrowed = computed<Narrowed>(() => ({ kind: filters.value.kind, competition: filters.value.competition }))
  const isNarrowed = computed(() => Boolean(narrowed.value.kind || narrowed.value.competition || filters.value.unread))
  return { filters, narrowed, isNarrowed, show }
}
