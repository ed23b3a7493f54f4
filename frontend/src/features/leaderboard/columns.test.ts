import { expect, it } from 'vitest'
import { columnsOf, numberOf, tracksOf } from './columns'

const known = { publicScores: false, recent: false, intervals: false, numbers: 2 }

it('numbers stand after the score, in their order', () => {
  const columns = columnsOf('public', known)
  expect(columns.slice(columns.indexOf('score'), columns.indexOf('submissions'))).toEqual(['score', 'number0', 'number1'])
  expect(columns.map(numberOf).filter((place) => place !== null)).toEqual([0, 1])
})

it('names of teams keep their room: what else there is to know gives way', () => {
  const known1 = { ...known, recent: true }
  expect(columnsOf('public', { ...known1, numbers: 0 })).toEqual(expect.arrayContaining(['gap', 'recent', 'last']))
  expect(columnsOf('public', { ...known1, numbers: 1 })).not.toContain('gap')
  for (const column of ['gap', 'recent', 'last']) expect(columnsOf('public', known1)).not.toContain(column)
})

it('a narrow window has no room for them', () => {
  const tracks = tracksOf(columnsOf('public', known))
  expect(tracks['--columns-wide'].split('5rem').length - 1).toBeGreaterThanOrEqual(2)
  expect(tracks['--columns-middle']).toBe(tracksOf(columnsOf('public', known).filter((name) => numberOf(name) === null))['--columns-middle'])
  expect(tracks['--columns-phone']).not.toContain('5rem')
})
