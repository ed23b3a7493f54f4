import { expect, it } from 'vitest'
import { NO_ZONES, nextZone, zone, zoneBegunAt } from './zones'

const THREE = { gold: 1, silver: 2, bronze: 3 }
const TWENTY = { gold: 2, silver: 4, bronze: 8 }

it.each([
  [1, THREE, 'gold'],
  [3, THREE, 'bronze'],
  [4, THREE, null],
  [2, TWENTY, 'gold'],
  [4, TWENTY, 'silver'],
  [8, TWENTY, 'bronze'],
  [9, TWENTY, null],
  [null, THREE, null],
  [1, NO_ZONES, null],
])('rank %s of %j is %s', (rank, zones, expected) => {
  expect(zone(rank, zones)).toBe(expected)
})

it.each([
  [1, 'gold'],
  [2, null],
  [3, 'silver'],
  [5, 'bronze'],
  [9, null],
  [null, null],
])('at rank %s of twenty begins %s', (rank, begun) => {
  expect(zoneBegunAt(rank, TWENTY)).toBe(begun)
})

it.each([
  [1, TWENTY, 20, null],
  [3, TWENTY, 20, { zone: 'gold', rank: 2 }],
  [5, TWENTY, 20, { zone: 'silver', rank: 4 }],
  [15, TWENTY, 20, { zone: 'bronze', rank: 8 }],
  [null, TWENTY, 20, { zone: 'bronze', rank: 8 }],
  [null, THREE, 2, { zone: 'bronze', rank: 2 }],
  [null, NO_ZONES, 2, null],
])('from rank %s of %j, %i teams, the next zone is %j', (rank, zones, teams, next) => {
  expect(nextZone(rank, zones, teams)).toEqual(next)
})
