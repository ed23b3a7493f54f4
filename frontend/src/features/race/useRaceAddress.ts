import { watchDebounced } from '@vueuse/core'
import { computed, watch, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQueryValue } from 'vue-router'
import { SPEEDS } from './useRace'

export const VIEWS = ['bars', 'lines'] as const
export type View = (typeof VIEWS)[number]
export const TOPS = [10, 20, 50] as const

type QueryValue = LocationQueryValue | LocationQueryValue[] | undefined

function oneOf<T extends string | number>(allowed: readonly T[], value: QueryValue, otherwise: T): T {
  return allowed.find((one) => String(one) === value) ?? otherwise
}

/** View, speed and number of teams, kept in the address. */
export function useRaceChoices() {
  const route = useRoute()
  const router = useRouter()
  function choice<T extends string | number>(name: string, allowed: readonly T[], first: T) {
    return computed<T>({
      get: () => oneOf(allowed, route.query[name], first),
      set: (value) => void router.replace({ query: { ...route.query, [name]: value === first ? undefined : String(value) } }),
    })
  }
  return { view: choice('view', VIEWS, 'bars'), speed: choice('speed', SPEEDS, 1), top: choice('top', TOPS, 10) }
}

export function momentIn(value: QueryValue): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN
  return Number.isFinite(at) ? at : null
}

const SETTLED = 400

/** Keeps a moment and `at` in the address the same. While it plays nothing is written: browsers allow few changes a second. */
export function useMomentInAddress(moment: Ref<number | null>, isPlaying: Ref<boolean>) {
  const route = useRoute()
  const router = useRouter()
  const { path } = route
  const { phase } = route.query
  // On another page, or of another phase, the moment is no longer this one's.
  const isLeft = () => route.path !== path || route.query.phase !== phase
  let written = route.query.at
  moment.value = momentIn(written)

  watchDebounced(
    [moment, isPlaying],
    () => {
      if (isPlaying.value) return
      const at = moment.value === null ? undefined : new Date(moment.value).toISOString()
      if (isLeft() || at === route.query.at) return
      written = at
      void router.replace({ query: { ...route.query, at } })
    },
    { debounce: SETTLED },
  )
  watch(
    () => route.query.at,
    (at) => {
      if (isLeft() || at === written) return
      written = at
      isPlaying.value = false
      moment.value = momentIn(at)
    },
  )
}
