import { expect, it } from 'vitest'
import { weeksOf } from './medals'

it('lays days out in weeks that begin on Sunday and end today', () => {
  // A Wednesday.
  const weeks = weeksOf([{ day: '2026-06-07', count: 3 }, { day: '2026-06-10', count: 1 }, { day: '2020-01-01', count: 9 }], '2026-06-10', 2)
  expect(weeks.map((week) => week.length)).toEqual([7, 4])
  expect(weeks[0]![0]!.day).toBe('2026-05-31')
  expect(weeks[1]!.map(({ count }) => count)).toEqual([3, 0, 0, 1])
})
