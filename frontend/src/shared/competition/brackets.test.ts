import { expect, it } from 'vitest'
import type { Bracket } from '@/shared/api/models'
import { bracketInAddress, bracketsOf, chosenByTeams } from './brackets'

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
