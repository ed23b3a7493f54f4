import { beforeEach, expect, it } from 'vitest'
import { dropDraft, keepDraft, readDraft } from './drafts'

const NOW = Date.parse('2026-11-21T09:00:00Z')
const draft = { title: 'A title', body: 'words', tags: ['eda'] }
beforeEach(() => localStorage.clear())

it('comes back as it was, for a week', () => {
  keepDraft('site', draft, NOW)
  expect(readDraft('site', NOW + 1000)).toEqual(draft)
  expect(readDraft('other', NOW)).toBeNull()
  expect(readDraft('site', NOW + 8 * 24 * 3600 * 1000)).toBeNull()
})

it('is gone once sent, or once everything was deleted', () => {
  keepDraft('site', draft, NOW)
  dropDraft('site')
  expect(readDraft('site', NOW)).toBeNull()
  keepDraft('site', draft, NOW)
  keepDraft('site', { title: ' ', body: '', tags: [] }, NOW)
  expect(readDraft('site', NOW)).toBeNull()
})

it('keeps translations too', () => {
  const translations = { titleEn: '', titleJa: '題', bodyEn: '', bodyJa: '' }
  keepDraft('site', { title: '', body: '', tags: [], translations }, NOW)
  expect(readDraft('site', NOW)?.translations).toEqual(translations)
})

it('survives what others wrote into the store', () => {
  localStorage.setItem('uzu.draft.site', '{broken')
  expect(readDraft('site', NOW)).toBeNull()
  localStorage.setItem('uzu.draft.site', '{"body": 3}')
  expect(readDraft('site', NOW)).toBeNull()
})
