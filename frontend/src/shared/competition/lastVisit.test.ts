import { expect, it } from 'vitest'
import type { Row } from './board'
import { changeSince } from './lastVisit'

const row = (id: number, rank: number | null) => ({ team: { id, name: '' }, rank }) as Row

it.each([
  [{ ranks: { 7: 5 }, isComplete: true }, row(7, 2), 3],
  [{ ranks: { 7: 2 }, isComplete: true }, row(7, 5), -3],
  [{ ranks: { 7: 2 }, isComplete: true }, row(7, 2), null],
  [{ ranks: { 8: 1 }, isComplete: true }, row(7, 2), 'new'],
  [{ ranks: { 8: 1 }, isComplete: false }, row(7, 2), null],
  [{ ranks: { 7: 2 }, isComplete: true }, row(7, null), null],
  [null, row(7, 2), null],
])('since %j, %j has changed by %s', (seen, current, change) => {
  expect(changeSince(seen as never, current)).toBe(change)
})
