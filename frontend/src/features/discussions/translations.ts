import { LOCALES, type Locale } from '@/shared/i18n'

/** Title and body for who reads another language, as the server takes them; empty: those people read the original. */
export interface Translations {
  titleEn: string
  titleJa: string
  bodyEn: string
  bodyJa: string
}

const COLUMNS: Record<Locale, { title: keyof Translations; body: keyof Translations }> = {
  en: { title: 'titleEn', body: 'bodyEn' },
  ja: { title: 'titleJa', body: 'bodyJa' },
}

/** The languages, each with the names of its texts. */
export const TRANSLATED = LOCALES.map((locale) => ({ locale, ...COLUMNS[locale] }))

/** What of these texts there is: `known` may be any record, as a draft is. */
export function translationsOf(known: Partial<Record<keyof Translations, unknown>> | null | undefined): Translations {
  const text = (name: keyof Translations) => (typeof known?.[name] === 'string' ? known[name] : '')
  return { titleEn: text('titleEn'), titleJa: text('titleJa'), bodyEn: text('bodyEn'), bodyJa: text('bodyJa') }
}

export const isTranslated = (texts: Translations): boolean => Object.values(texts).some((text: string) => text.trim())

export const areSame = (one: Translations, other: Translations): boolean =>
  TRANSLATED.every(({ title, body }) => one[title] === other[title] && one[body] === other[body])
