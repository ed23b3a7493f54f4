import { expect, it } from 'vitest'
import type { Row } from './board'
import { changeSince, visitedBoard } from './lastVisit'

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

it('remembers each board by itself: of each phase, each side and each bracket', () => {
  expect(visitedBoard({ slug: 'cup' }, 'public')).toBe('cup.public')
  expect(visitedBoard({ slug: 'cup' }, 'public', '2')).toBe('cup.public.2')
  expect(visitedBoard({ slug: 'cup', phase: 2 }, 'public')).toBe('cup.public.#2')
  expect(visitedBoard({ slug: 'cup', phase: 2 }, 'private', 'student')).toBe('cup.private.#2.student')
})
