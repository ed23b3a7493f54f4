import { expect, it } from 'vitest'
import { edgeOf } from './useOwnRow'

it.each([
  [0, 0, null],
  [0, 250, null],
  [0, 275, null],
  [0, 276, 'top'],
  [7, 0, null],
  [8, 0, 'bottom'],
  [8, 50, null],
  [500, 10_000, 'bottom'],
  [500, 30_000, 'top'],
  [null, 0, null],
])('row %s with %i pixels scrolled: %s', (index, scrolled, edge) => {
  expect(edgeOf({ index, top: 400, height: 50, covered: 150 }, scrolled, 800)).toBe(edge)
})
