import { toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { PhaseFacts } from '@/shared/api/models'
import { usePhaseText } from '@/shared/competition/usePhaseText'
import { useFormat } from '@/shared/format/useFormat'
import { namesBoard, type EntryFacts } from './entry'

/** Who gets on to a phase, and what with, in a few words. */
export function useEntryText(phases: MaybeRefOrGetter<readonly PhaseFacts[]>) {
  const { t } = useI18n()
  const format = useFormat()
  const { nameOf } = usePhaseText()

  const nameOfNumber = (number: number | null): string => nameOf(toValue(phases).find((phase) => phase.number === number) ?? { name: '', number: number ?? 0 })
  function whoGetsOn(facts: EntryFacts): string {
    const { entryRule, entryPhase, entryBoard, entryCount, entryPercent, entryBaseline } = facts
    const said = t(`phases.entry_${entryRule}`, {
      phase: nameOfNumber(entryPhase),
      n: format.number(entryCount ?? 0),
      percent: format.number(entryPercent ?? 0),
      baseline: entryBaseline,
    })
    return namesBoard(facts) ? t('phases.byBoard', { said, board: t(`phases.board_${entryBoard}`) }) : said
  }
  function whatIsTaken({ takesOver, entryPhase }: EntryFacts): string {
    return takesOver === 'none' ? '' : t(`phases.takes_${takesOver}`, { phase: nameOfNumber(entryPhase) })
  }
  return { whoGetsOn, whatIsTaken, nameOfNumber }
}
