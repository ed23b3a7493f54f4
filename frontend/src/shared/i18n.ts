import { createI18n } from 'vue-i18n'

export const LOCALES = ['en', 'ja'] as const
export type Locale = (typeof LOCALES)[number]
/** Each language by its own name. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', ja: '日本語' }

type Messages = Record<string, unknown>

// One file per area and language; a language's files travel together and only when it is spoken.
const files: Record<Locale, Record<string, () => Promise<unknown>>> = {
  en: import.meta.glob('../locales/en/*.json'),
  ja: import.meta.glob('../locales/ja/*.json'),
}

// Message files that only the page of the same name uses: fetched when that page is first opened (`learn`).
export const ON_DEMAND: ReadonlySet<string> = new Set(['phases', 'metric', 'integrity', 'baselines', 'studio', 'manage', 'class', 'security', 'fairness', 'race', 'log'])
const asked = new Set<string>()

const areaOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1, -'.json'.length)

async function messagesOf(locale: Locale, without: ReadonlySet<string>): Promise<Messages> {
  const wanted = Object.entries(files[locale]).filter(([path]) => {
    const area = areaOf(path)
    return !without.has(area) && (!ON_DEMAND.has(area) || asked.has(area))
  })
  return Object.fromEntries(await Promise.all(wanted.map(async ([path, load]) => [areaOf(path), ((await load()) as { default: unknown }).default] as const)))
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

const known: Record<Locale, Set<string>> = { en: new Set(), ja: new Set() }
let spoken: Locale = 'en'

async function fetchMissing(locale: Locale): Promise<void> {
  const messages = await messagesOf(locale, known[locale])
  i18n.global.mergeLocaleMessage(locale, messages as never)
  Object.keys(messages).forEach((area) => known[locale].add(area))
}

export async function speak(locale: Locale): Promise<void> {
  spoken = locale
  await fetchMissing(locale)
  i18n.global.locale.value = locale as never
  document.documentElement.lang = locale
}

/** Fetches the messages that only pages of these names use, if there are any. */
export async function learn(...pages: string[]): Promise<void> {
  const missing = pages.filter((page) => ON_DEMAND.has(page) && !asked.has(page))
  if (!missing.length) return
  missing.forEach((page) => asked.add(page))
  try {
    await fetchMissing(spoken)
  } catch (error) {
    missing.forEach((page) => asked.delete(page))
    throw error
  }
}
