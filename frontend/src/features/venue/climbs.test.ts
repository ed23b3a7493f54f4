import { expect, it } from 'vitest'
import type { Row } from '@/shared/competition/board'
import { climbs } from './climbs'

const board = (...ranks: (number | null)[]) => ranks.map((rank, id) => ({ team: { id, name: `team ${id}` }, rank }) as Row)

it.each([
  ['a better place', board(2, 1), board(1, 2), [{ team: 'team 0', rank: 1, isNew: false }]],
  ['a first score', board(1, null), board(1, 2), [{ team: 'team 1', rank: 2, isNew: true }]],
  ['nothing', board(1, 2), board(1, 2), []],
  ['a worse place', board(1, 2, null), board(2, 3, null), []],
  ['places far down', board(30), board(12), []],
])('%s is told as it should be', (_, before, after, told) => {
  expect(climbs(before, after)).toEqual(told)
})

it('greets a team that was not on the first page before', () => {
  expect(climbs([], board(4))).toEqual([{ team: 'team 0', rank: 4, isNew: true }])
})
