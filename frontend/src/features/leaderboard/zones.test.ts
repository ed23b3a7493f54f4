import { expect, it } from 'vitest'
import { zone } from './zones'

it.each([
  [1, 3, 'gold'],
  [3, 3, 'bronze'],
  [4, 9, null],
  [2, 20, 'gold'],
  [4, 20, 'silver'],
  [8, 20, 'bronze'],
  [9, 20, null],
  [10, 150, 'gold'],
  [12, 1000, 'gold'],
  [13, 1000, 'silver'],
  [100, 1000, 'bronze'],
  [null, 10, null],
])('rank %s of %i is %s', (rank, teams, expected) => {
  expect(zone(rank, teams)).toBe(expected)
})
