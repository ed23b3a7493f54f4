import { describe, expect, it } from 'vitest'
import { remaining } from './clock'
import { bytes, exactTime, ordinal, relativeTime, score } from './format'

describe('score', () => {
  it.each([
    [0.5, 4, '0.5000'],
    [12.345678, 3, '12.346'],
    [null, 4, '–'],
    [0, 2, '0.00'],
    [0.0000004, 4, '4.0000e-7'],
    [2e20, 4, '2.0000e+20'],
    [-1.5, 1, '-1.5'],
  ])('writes %s with %i digits as %s', (value, digits, text) => {
    expect(score(value, digits)).toBe(text)
  })
})

describe('relativeTime', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  it.each([
    ['2026-11-21T11:59:40Z', 'en', 'now'],
    ['2026-11-21T11:55:00Z', 'en', '5 minutes ago'],
    ['2026-11-23T12:00:00Z', 'en', 'in 2 days'],
    ['2026-11-21T09:00:00Z', 'ja', '3 時間前'],
  ])('%s in %s is %s', (iso, locale, text) => {
    expect(relativeTime(iso, now, locale)).toBe(text)
  })
})

it.each([
  ['en', 'Asia/Tokyo', /^Tue, Nov 24, 2026, 7:00\sPM Japan Time$/],
  ['en', 'America/New_York', /^Tue, Nov 24, 2026, 5:00\sAM EST$/],
  ['en', 'UTC', /^Tue, Nov 24, 2026, 10:00\sAM UTC$/],
  ['ja', 'Asia/Tokyo', /^2026年11月24日\(火\) 19:00 JST$/],
])('writes a moment in %s and %s with its day of the week and a zone one knows', (locale, zone, text) => {
  expect(exactTime('2026-11-24T10:00:00Z', locale, zone)).toMatch(text)
})

it('splits what remains, rounding up so that zero means over', () => {
  expect(remaining(90_061_000)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 })
  expect(remaining(1)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 1 })
  expect(remaining(-5)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 })
})

it('writes sizes with short units', () => {
  expect(bytes(999, 'en')).toBe('999 byte')
  expect(bytes(1_234_567, 'en')).toBe('1.2 MB')
})

it.each([
  [1, 'en', '1st'],
  [2, 'en', '2nd'],
  [3, 'en', '3rd'],
  [11, 'en', '11th'],
  [122, 'en', '122nd'],
  [1003, 'en', '1,003rd'],
  [3, 'ja', '3 位'],
])('rank %i in %s is %s', (rank, locale, text) => {
  expect(ordinal(rank, locale)).toBe(text)
})
