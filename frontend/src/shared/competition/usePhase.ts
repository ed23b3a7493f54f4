import { computed, ref, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Competition, PhaseRef } from '@/shared/api/models'
import { COMBINED, currentPhase, phaseInAddress, type PhaseChoice } from './phases'

// What an address may hold that is of one phase only: its board, a team's drawer, the moment of the race, a metric looked at.
const OF_ONE_PHASE = { board: undefined, team: undefined, at: undefined, kind: undefined, metric: undefined, page: undefined }

/**
 * Which phase of a competition is shown: the one in the address (`?phase=2`), else the one the API means where none is
 * named. That one stays while the page stays: another phase that starts takes nothing away that somebody reads or sends.
 * `choice`: as `number`, or all of them together where the address says so. `offers`: whether there is anything to choose; of a competition in one phase nobody sees the word. `follows`: for a wall
 * that nobody touches, which goes over to the next phase by itself.
 */
export function usePhase(competition: MaybeRefOrGetter<Pick<Competition, 'slug' | 'phases'> | null | undefined>, { follows = false } = {}) {
  const route = useRoute()
  const router = useRouter()
  const phases = computed<readonly PhaseRef[]>(() => toValue(competition)?.phases ?? [])
  const offers = computed(() => phases.value.length > 1)
  const held = ref<number>()
  watch(
    [() => route.path, () => toValue(competition)?.slug],
    () => (held.value = currentPhase(phases.value)?.number),
    { immediate: true, flush: 'sync' },
  )
  const phase = computed<PhaseRef | null>(() => {
    if (!offers.value) return null
    const kept = follows ? undefined : phases.value.find(({ number }) => number === held.value)
    return phaseInAddress(route.query.phase, phases.value) ?? kept ?? currentPhase(phases.value) ?? null
  })
  const number = computed({
    get: () => phase.value?.number,
    set: (chosen) => {
      if (chosen !== phase.value?.number) go(chosen)
    },
  })
  const choice = computed<PhaseChoice | undefined>({
    get: () => (offers.value && route.query.phase === COMBINED ? COMBINED : number.value),
    set: (chosen) => {
      if (chosen !== choice.value) go(chosen)
    },
  })
  function go(chosen: PhaseChoice | undefined) {
    void router.replace({ query: { ...route.query, ...OF_ONE_PHASE, phase: chosen === undefined ? undefined : String(chosen) } })
  }
  return { phase, number, choice, phases, offers }
}
