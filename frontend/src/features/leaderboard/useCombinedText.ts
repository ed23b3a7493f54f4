import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { CombinedBoard, CombinedPhase, CombinedRow } from '@/shared/api/models'
import { useFormat } from '@/shared/format/useFormat'

type Cell = CombinedRow['phases'][number]

/** What a phase says of a team. `short`: in one line; `more`: below its place, where there is anything to say. */
export interface CellText {
  place: string
  more: string
  short: string
}

/** The numbers of a ranking over all phases in words. */
export function useCombinedText(board: MaybeRefOrGetter<CombinedBoard>) {
  const { t } = useI18n()
  const format = useFormat()
  // Means and points are seldom whole, and nobody reads more than two of their digits.
  const rounded = (value: number) => format.number(Math.round(value * 100) / 100)
  // By the last phase alone, the value is the rank itself.
  const hasValue = computed(() => toValue(board).rule !== 'last')
  const digits = computed(() => Math.max(...toValue(board).phases.map(({ scoreDigits }) => scoreDigits)))
  function valueOf(value: number | null): string {
    if (value === null) return '–'
    return toValue(board).rule === 'weighted_score' ? format.score(value, digits.value) : rounded(value)
  }
  function cellOf(phase: CombinedPhase, cell: Cell): CellText {
    if (!phase.counts || cell === null) return { place: t('leaderboard.combinedNotYet'), more: '', short: t('leaderboard.combinedNotYet') }
    const score = cell.score === null ? '' : format.score(cell.score, phase.scoreDigits)
    const points = cell.points === null ? '' : t('leaderboard.combinedPoints', { n: rounded(cell.points) }, cell.points)
    const more = [points, score].filter(Boolean).join(' · ')
    const place = cell.rank === null ? '–' : format.number(cell.rank)
    const rank = cell.rank === null ? t('leaderboard.combinedNoRank') : t('leaderboard.combinedRank', { rank: place })
    return { place, more, short: toValue(board).rule === 'weighted_score' && score ? score : points ? `${rank}, ${points}` : rank }
  }
  return { valueOf, cellOf, hasValue }
}
