import { describe, expect, it } from 'vitest'
import { handsBetween, instantOf, moveHands, nextHour, wallOf } from './wall'

describe('moments on the clocks of a zone', () => {
  it.each([
    ['2026-12-01T00:00:00Z', 'Asia/Tokyo', '2026-12-01T09:00'],
    ['2026-11-30T23:59:59Z', 'UTC', '2026-11-30T23:59:59'],
    ['2026-07-01T12:00:00Z', 'Europe/Berlin', '2026-07-01T14:00'],
    ['2026-12-01T12:00:00+09:00', 'America/New_York', '2026-11-30T22:00'],
    ['2026-12-01T15:00:00Z', 'Asia/Tokyo', '2026-12-02T00:00'],
  ])('%s in %s is shown as %s, and read back', (moment, zone, wall) => {
    expect(wallOf(moment, zone)).toBe(wall)
    expect(instantOf(wall, zone)).toBe(Date.parse(moment))
  })

  it.each([
    // The clocks go back in the night before, and forward in the night after.
    ['2026-10-25T03:30', 'Europe/Berlin', '2026-10-25T02:30:00Z'],
    ['2026-10-25T01:30', 'Europe/Berlin', '2026-10-24T23:30:00Z'],
    ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026-03-29T01:30', 'Europe/Berlin', '2026-03-29T00:30:00Z'],
  ])('reads %s in %s beside a change of the clocks', (wall, zone, moment) => {
    expect(new Date(instantOf(wall, zone)).toISOString()).toBe(moment.replace('Z', '.000Z'))
  })

  it.each(['', '2026-12', 'soon'])('of %j there is no moment', (wall) => {
    expect(instantOf(wall, 'Asia/Tokyo')).toBeNaN()
  })
})

it('moves the hands by a week, whatever the clocks do meanwhile', () => {
  const week = handsBetween('2026-10-01T18:00', '2026-10-08T18:00')
  expect(moveHands('2026-10-22T18:00', week)).toBe('2026-10-29T18:00')
})

it.each([
  ['2026-11-10T05:20:00Z', 'Asia/Tokyo', '2026-11-10T15:00'],
  ['2026-11-10T05:00:00Z', 'Asia/Tokyo', '2026-11-10T14:00'],
  ['2026-11-10T05:20:00Z', 'Asia/Kolkata', '2026-11-10T11:00'],
])('after %s the next full hour in %s is %s', (now, zone, wall) => {
  expect(nextHour(Date.parse(now), zone)).toBe(wall)
})
