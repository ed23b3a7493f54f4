import { expect, it } from 'vitest'
import { columnsOf, numberOf, tracksOf } from './columns'

const known = { publicScores: false, recent: false, intervals: false, numbers: 2 }

it('numbers stand after the score, in their order', () => {
  const columns = columnsOf('public', known)
  expect(columns.slice(columns.indexOf('score'), columns.indexOf('gap'))).toEqual(['score', 'number0', 'number1'])
  expect(columns.map(numberOf).filter((place) => place !== null)).toEqual([0, 1])
})

it('a narrow window has no room for them', () => {
  const tracks = (numbers: number) => tracksOf(columnsOf('public', { ...known, numbers }))
  const many = (text: string) => text.replaceAll(/\([^)]*\)/g, '').split(' ').length
  expect(many(tracks(2)['--columns-wide'])).toBe(many(tracks(0)['--columns-wide']) + 2)
  expect(tracks(2)['--columns-middle']).toBe(tracks(0)['--columns-middle'])
  expect(tracks(2)['--columns-phone']).toBe(tracks(0)['--columns-phone'])
})
