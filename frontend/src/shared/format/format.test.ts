import { describe, expect, it } from 'vitest'
import { remaining } from './clock'
import { bytes, relativeTime, score } from './format'

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

it('splits what remains, rounding up so that zero means over', () => {
  expect(remaining(90_061_000)).toEqual({ days: 1, hours: 1, minutes: 1, seconds: 1 })
  expect(remaining(1)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 1 })
  expect(remaining(-5)).toEqual({ days: 0, hours: 0, minutes: 0, seconds: 0 })
})

it('writes sizes with short units', () => {
  expect(bytes(999, 'en')).toBe('999 byte')
  expect(bytes(1_234_567, 'en')).toBe('1.2 MB')
})
