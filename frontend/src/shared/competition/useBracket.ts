import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Competition } from '@/shared/api/models'
import { bracketInAddress, canFilter } from './brackets'

/** The bracket that is looked at, kept in the address; empty: all teams. */
export function useBracket(competition: MaybeRefOrGetter<Competition>, isConfirmed: MaybeRefOrGetter<boolean>) {
  const route = useRoute()
  const router = useRouter()
  const offers = computed(() => canFilter(toValue(competition), toValue(isConfirmed)))
  const bracket = computed({
    get: () => (offers.value ? bracketInAddress(route.query.bracket, toValue(competition).brackets) : ''),
    // The team whose drawer is open may not be in it.
    set: (slug) => void router.replace({ query: { ...route.query, bracket: slug || undefined, team: undefined, page: undefined } }),
  })
  return { bracket, offers }
}
