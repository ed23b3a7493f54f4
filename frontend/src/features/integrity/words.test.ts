import { expect, it } from 'vitest'
import { teamAddress } from './address'
import { changeText, shareText } from './words'

it.each([
  [1, '100.0 %'],
  [0.99999, '> 99.9 %'],
  [0.9994, '99.9 %'],
  [0.5, '50.0 %'],
  [0, '0.0 %'],
])('the share %d reads %s', (value, text) => {
  expect(shareText(value)).toBe(text)
})

it.each([
  [0.25, '+0.25'],
  [-0.25, '−0.25'],
  [0, '±0'],
])('the change %d reads %s', (change, text) => {
  expect(changeText(change, String)).toBe(text)
})

it('leads to the team on the public board, which organisers may always see', () => {
  expect(teamAddress('cup', { id: 7, name: 'ours' })).toEqual({ path: '/competitions/cup/leaderboard', query: { board: 'public', team: '7' } })
})
