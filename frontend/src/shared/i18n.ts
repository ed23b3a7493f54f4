import { createI18n } from 'vue-i18n'

export const LOCALES = ['en', 'ja'] as const
export type Locale = (typeof LOCALES)[number]

type Messages = Record<string, unknown>

// One file per area and language; a language's files travel together and only when it is spoken.
const files: Record<Locale, Record<string, () => Promise<unknown>>> = {
  en: import.meta.glob('../locales/en/*.json'),
  ja: import.meta.glob('../locales/ja/*.json'),
}

async function messagesOf(locale: Locale): Promise<Messages> {
  const entries = await Promise.all(
    Object.entries(files[locale]).map(async ([path, load]) => {
      const area = path.slice(path.lastIndexOf('/') + 1, -'.json'.length)
      return [area, ((await load()) as { default: unknown }).default] as const
    }),
  )
  return Object.fromEntries(entries)
}

export function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale)
}

/** The language to begin with: the one chosen before, else the browser's. */
export function firstLocale(): Locale {
  const chosen = localStorage.getItem('uzu.locale')
  if (isLocale(chosen)) return chosen
  const wished = navigator.languages.map((language) => language.slice(0, 2)).find(isLocale)
  return wished ?? 'en'
}

export function createAppI18n(locale: Locale) {
  return createI18n({ legacy: false, locale, fallbackLocale: 'en', missingWarn: false, fallbackWarn: false, messages: {} })
}

export const i18n = createAppI18n('en')

const loaded = new Set<Locale>()

export async function speak(locale: Locale): Promise<void> {
  if (!loaded.has(locale)) {
    i18n.global.setLocaleMessage(locale, (await messagesOf(locale)) as never)
    loaded.add(locale)
  }
  i18n.global.locale.value = locale as never
  document.documentElement.lang = locale
}
