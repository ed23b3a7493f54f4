import { describe, expect, it } from 'vitest'
import { areSame, isTranslated, TRANSLATED, translationsOf } from './translations'

describe('translations of an announcement', () => {
  it('are read from what the server or a draft holds, and from nothing else', () => {
    const none = { titleEn: '', titleJa: '', bodyEn: '', bodyJa: '' }
    expect(translationsOf(null)).toEqual(none)
    expect(translationsOf({ titleJa: '題', bodyEn: 3 })).toEqual({ ...none, titleJa: '題' })
  })

  it('are there where any of them says something', () => {
    expect(isTranslated(translationsOf(null))).toBe(false)
    expect(isTranslated(translationsOf({ bodyJa: ' \n' }))).toBe(false)
    expect(isTranslated(translationsOf({ bodyJa: '本文' }))).toBe(true)
  })

  it('are compared text by text', () => {
    const texts = translationsOf({ titleJa: '題' })
    expect(areSame(texts, translationsOf({ titleJa: '題' }))).toBe(true)
    for (const { title, body } of TRANSLATED) {
      expect(areSame(texts, { ...texts, [title]: 'x' })).toBe(false)
      expect(areSame(texts, { ...texts, [body]: 'x' })).toBe(false)
    }
  })
})
