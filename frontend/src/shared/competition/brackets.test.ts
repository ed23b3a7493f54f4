import { expect, it } from 'vitest'
import type { Bracket } from '@/shared/api/models'
import { bracketInAddress, bracketsOf, canFilter, chosenByTeams } from './brackets'

const BRACKETS: Bracket[] = [
  { slug: 'student', name: 'Students', description: '', chosenBy: 'teams', position: 0 },
  { slug: 'sponsor', name: 'Sponsor', description: '', chosenBy: 'hosts', position: 1 },
]

it('names the brackets of a team in the order of the competition, without one that is gone', () => {
  expect(bracketsOf(['sponsor', 'gone', 'student'], BRACKETS).map(({ name }) => name)).toEqual(['Students', 'Sponsor'])
  expect(bracketsOf([], BRACKETS)).toEqual([])
})

it('offers a team those that teams choose', () => {
  expect(chosenByTeams(BRACKETS).map(({ slug }) => slug)).toEqual(['student'])
})

it.each([
  ['student', 'student'],
  ['gone', ''],
  ['', ''],
  [undefined, ''],
  [['student'], ''],
])('reads %j in an address as %j', (asked, slug) => {
  expect(bracketInAddress(asked, BRACKETS)).toBe(slug)
})

it.each([
  ['everybody', false, false, true],
  ['hosts', true, false, true],
  ['own_row', false, false, false],
  ['own_row', false, true, true],
  ['own_row', true, false, true],
] as const)('narrows a leaderboard for %s (host: %j, confirmed: %j): %j', (boardAudience, isHost, isConfirmed, may) => {
  expect(canFilter({ brackets: BRACKETS, boardAudience, isHost }, isConfirmed)).toBe(may)
  expect(canFilter({ brackets: [], boardAudience, isHost }, isConfirmed)).toBe(false)
})
