import { useI18n } from 'vue-i18n'
import type { PhaseRef } from '@/shared/api/models'
import { useNow } from '@/shared/format/clock'
import { useFormat } from '@/shared/format/useFormat'
import { stateAt } from './clock'

/** What a phase is called, and where it is on its clock in a few words. */
export function usePhaseText() {
  const { t } = useI18n()
  const format = useFormat()
  const now = useNow()
  // The one that the competition began with may have no name of its own.
  const nameOf = ({ name, number }: Pick<PhaseRef, 'name' | 'number'>): string => name || t('competitions.phaseNumber', { n: number })
  function stateOf(phase: PhaseRef): string {
    const state = stateAt(phase, now.value)
    const next = state === 'upcoming' ? phase.startsAt : phase.endsAt
    return t(`competitions.phase_${state}`, { when: format.relativeTime(next, now.value) })
  }
  return { nameOf, stateOf }
}
