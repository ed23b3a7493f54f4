import { expect, it } from 'vitest'
import type { CompetitionItem } from '@/shared/api/models'
import { listed, toContinue } from './listing'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const item = (slug: string, startsAt: string, endsAt: string, more = {}) => ({ slug, startsAt, endsAt, state: 'running', isEntered: true, ...more }) as CompetitionItem
const ALL = [
  item('old', '2026-09-01T00:00:00Z', '2026-09-30T00:00:00Z', { state: 'confirmed' }),
  item('later', '2026-12-10T00:00:00Z', '2026-12-20T00:00:00Z'),
  item('long', '2026-11-01T00:00:00Z', '2026-12-31T00:00:00Z', { isEntered: false }),
  item('recent', '2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z'),
  item('short', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'),
  item('soon', '2026-11-22T00:00:00Z', '2026-12-20T00:00:00Z'),
]
const slugs = (items: CompetitionItem[]) => items.map(({ slug }) => slug)

it.each([
  ['all', ['short', 'long', 'soon', 'later', 'recent', 'old']],
  ['running', ['short', 'long']],
  ['upcoming', ['soon', 'later']],
  ['finished', ['recent', 'old']],
] as const)('%s: %j', (shown, expected) => {
  expect(slugs(listed(ALL, shown, NOW))).toEqual(expected)
})

it('goes on where one takes part, and where there is still time', () => {
  expect(slugs(toContinue(ALL, NOW, 3))).toEqual(['short'])
})
