import { useI18n } from 'vue-i18n'
import * as format from './format'

/** The formats in the language of the page. */
export function useFormat() {
  const { locale } = useI18n({ useScope: 'global' })
  return {
    relativeTime: (iso: string, now: number) => format.relativeTime(iso, now, locale.value),
    exactTime: (iso: string, timeZone?: string) => format.exactTime(iso, locale.value, timeZone),
    clockTime: (iso: string, timeZone?: string) => format.clockTime(iso, locale.value, timeZone),
    moment: (iso: string, timeZone?: string) => format.moment(iso, locale.value, timeZone),
    day: (iso: string) => format.day(iso, locale.value),
    bytes: (size: number) => format.bytes(size, locale.value),
    number: (value: number) => new Intl.NumberFormat(locale.value).format(value),
    ordinal: (rank: number) => format.ordinal(rank, locale.value),
    percent: (value: number) => new Intl.NumberFormat(locale.value, { style: 'percent' }).format(value),
    score: format.score,
  }
}
