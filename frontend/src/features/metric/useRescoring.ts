import { useQuery } from '@pinia/colada'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import type { Place } from '@/shared/competition/phases'
import { usePolling } from '@/shared/ui/usePolling'
import { runsQuery } from './queries'

const POLL_EVERY = 2000

/** The last rescoring, watched while it runs; `after`: only one that began after this moment. */
export function useRescoring(place: MaybeRefOrGetter<Place>, after: MaybeRefOrGetter<string | null>) {
  const { data, refetch } = useQuery(() => runsQuery(toValue(place)))
  const run = computed(() => {
    const since = toValue(after)
    return data.value?.results.find(({ kind, createdAt }) => kind === 'rescore' && (!since || createdAt >= since)) ?? null
  })
  const isActive = computed(() => run.value?.status === 'queued' || run.value?.status === 'running')
  usePolling(refetch, () => (isActive.value ? POLL_EVERY : null))
  return { run, isActive, refetch }
}
