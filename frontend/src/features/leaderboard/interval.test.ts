import { expect, it } from 'vitest'
import type { Row } from '@/shared/competition/board'
import { columnsOf, tracksOf } from './columns'
import { isTiedWithNext, rangeOf, wobbleWords } from './interval'

const row = (fields: Partial<Row>) => fields as Row

it.each([
  [{ rankLow: 3, rankHigh: 7 }, '3–7'],
  [{ rankLow: 1, rankHigh: 1 }, '1'],
  [{ rankLow: null, rankHigh: null }, null],
  [{}, null],
] as const)('the interval of %o is %s', (fields, text) => {
  expect(rangeOf(row(fields), String)).toBe(text)
})

it.each([
  [false, true],
  [true, false],
  [null, false],
  [undefined, false],
])('told apart %s: a mark %s', (isToldApart, marked) => {
  expect(isTiedWithNext(row({ isToldApart }))).toBe(marked)
})

it('says of a wobble below the last digit only that it is', () => {
  expect(wobbleWords(0.012, 3)).toEqual({ key: 'wobble', size: 0.012 })
  expect(wobbleWords(0, 3)).toEqual({ key: 'wobbleSmall', size: 0.001 })
})

it('has a column of intervals on a final board only, once there are any, on a phone too', () => {
  const known = { publicScores: false, recent: false, intervals: true, numbers: 0 }
  expect(columnsOf('public', known)).not.toContain('interval')
  expect(columnsOf('private', { ...known, intervals: false })).not.toContain('interval')
  const columns = columnsOf('private', known)
  expect(columns.slice(0, 2)).toEqual(['rank', 'interval'])
  expect(tracksOf(columns)['--columns-phone'].split(' ').length).toBeGreaterThan(tracksOf(columnsOf('public', known))['--columns-phone'].split(' ').length)
})
