/** One way to write times, scores, sizes. Pure functions; `useFormat` binds them to the language. */

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

export function relativeTime(iso: string, now: number, locale: string): string {
  const seconds = (Date.parse(iso) - now) / 1000
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit)
  }
  return format.format(0, 'second')
}

/** Day of the week, date and time with the zone's name: by default the viewer's zone. */
export function exactTime(iso: string, locale: string, timeZone?: string): string {
  const written = (timeZoneName: 'short' | 'shortGeneric') =>
    new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      weekday: 'short',
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName,
      timeZone: timeZone || undefined,
    }).format(new Date(iso))
  const text = written('short')
  // "Japan Time" says more than "GMT+9", where the language knows no letters like EST for a zone.
  return /(?:GMT|UTC)[+-]\d/.test(text) ? written('shortGeneric') : text
}

export function clockTime(iso: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: timeZone || undefined }).format(
    new Date(iso),
  )
}

/** Day of the week, date and time, short, without the year: what people plan a few days by. */
export function moment(iso: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: timeZone || undefined,
  }).format(new Date(iso))
}

export function day(iso: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(iso))
}

const ORDINAL_ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** A rank as one says it: "3rd", "3 位". */
export function ordinal(rank: number, locale: string): string {
  const number = new Intl.NumberFormat(locale).format(rank)
  if (locale.startsWith('ja')) return `${number} 位`
  return `${number}${ORDINAL_ENDINGS[new Intl.PluralRules('en', { type: 'ordinal' }).select(rank)] ?? 'th'}`
}

/** The competition's digits, always all of them, so that columns align; beyond 1e15 and below the digits in powers. */
export function score(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined) return '–'
  if (value !== 0 && (Math.abs(value) >= 1e15 || Math.abs(value) < 10 ** -digits / 2)) return value.toExponential(4)
  return value.toFixed(digits)
}

export function bytes(size: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, size)) / 3)))
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: step ? 1 : 0,
  }).format(size / 1000 ** step)
}
