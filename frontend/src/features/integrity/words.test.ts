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
  const [ours, path] = [{ id: 7, name: 'ours' }, '/competitions/cup/leaderboard']
  expect(teamAddress({ slug: 'cup' }, ours)).toEqual({ path, query: { board: 'public', team: '7' } })
  expect(teamAddress({ slug: 'cup', phase: 2 }, ours)).toEqual({ path, query: { phase: '2', board: 'public', team: '7' } })
})
