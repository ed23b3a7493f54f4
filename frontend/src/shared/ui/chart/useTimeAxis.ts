import { useI18n } from 'vue-i18n'
import { useChartColors } from './useChartColors'

const DAY = 24 * 3_600_000
// From here on a chart has room for days, and none for the hours between them.
const DAYS_ONLY = 3 * DAY

/** A word for a moment on an axis: a day with its month, a moment within a day by its time. */
export function tick(moment: number, locale: string): string {
  const at = new Date(moment)
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0
  const options = isMidnight ? ({ month: 'short', day: 'numeric' } as const) : ({ hour: 'numeric', minute: '2-digit' } as const)
  return new Intl.DateTimeFormat(locale, options).format(at)
}

/** The axis of a chart over time, in the language of the page; what draws has words of its own, in English. */
export function useTimeAxis() {
  const { locale } = useI18n({ useScope: 'global' })
  const colors = useChartColors()
  return (first: number, last: number) => ({
    type: 'time',
    ...(last - first > DAYS_ONLY ? { minInterval: DAY } : {}),
    axisLabel: { color: colors.value.muted, hideOverlap: true, formatter: (moment: number) => tick(moment, locale.value) },
    axisLine: { lineStyle: { color: colors.value.line } },
    splitLine: { show: false },
  })
}
