/** What somebody wrote and did not send yet, kept in this browser so that a closed tab loses nothing. */
import { isTranslated, translationsOf, type Translations } from './translations'

export interface KeptDraft {
  title: string
  body: string
  tags: string[]
  translations?: Partial<Translations>
}

const WEEK = 7 * 24 * 3600 * 1000

export function readDraft(key: string, now = Date.now()): KeptDraft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(`uzu.draft.${key}`) ?? 'null') as (KeptDraft & { at: number }) | null
    if (!kept || typeof kept.body !== 'string' || now - kept.at > WEEK) return null
    const translations = isTranslated(translationsOf(kept.translations)) ? { translations: translationsOf(kept.translations) } : {}
    return { title: String(kept.title ?? ''), body: kept.body, tags: Array.isArray(kept.tags) ? kept.tags.map(String) : [], ...translations }
  } catch {
    return null
  }
}

export function keepDraft(key: string, draft: KeptDraft, now = Date.now()) {
  if (!draft.title.trim() && !draft.body.trim() && !isTranslated(translationsOf(draft.translations))) return dropDraft(key)
  try {
    localStorage.setItem(`uzu.draft.${key}`, JSON.stringify({ ...draft, at: now }))
  } catch {
    // A full or forbidden store: then nothing is kept.
  }
}

export function dropDraft(key: string) {
  try {
    localStorage.removeItem(`uzu.draft.${key}`)
  } catch {
    // As above.
  }
}
