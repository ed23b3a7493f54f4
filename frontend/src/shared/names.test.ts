import { afterAll, expect, it } from 'vitest'
import { i18n, speak } from './i18n'

afterAll(() => speak('en'))

// Who speaks to a machine says the number that stands on a button; what stands in brackets is no part of a name.
const NAMES = ['notifications.bell', 'discussions.likeLabel']
it.each(NAMES.flatMap((name) => (['en', 'ja'] as const).map((locale) => [name, locale] as const)))('%s holds what stands on it (%s)', async (name, locale) => {
  await speak(locale)
  const said = i18n.global.t(name, { n: 3 }, 3)
  expect(said).toContain('3')
  expect(said.normalize('NFKC')).not.toMatch(/[()]/)
})
