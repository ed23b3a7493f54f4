/**
 * Moments as the clocks of a time zone show them, `2026-12-01T09:00`: what a field for date and time holds, and what the
 * API reads in the competition's zone where a moment has no offset.
 */

const HOUR = 3_600_000
// Without an offset, taken for UTC: only to reckon with.
const plain = (wall: string) => (/T\d\d:\d\d/.test(wall) ? Date.parse(`${wall}Z`) : NaN)
const written = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, '').replace(/:00$/, '')

/** Seconds are shown only where there are some. */
export function wallOf(moment: string | number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const parts = Object.fromEntries(format.formatToParts(new Date(moment)).map(({ type, value }) => [type, value]))
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`.replace(/:00$/, '')
}

/** The moment at which the clocks show this; not a number where nothing, or nothing whole, was typed. */
export function instantOf(wall: string, timeZone: string): number {
  let found = plain(wall)
  // The second time with the offset that holds there, and not a day of changing clocks away from it.
  for (let round = 0; round < 2 && Number.isFinite(found); round++) found += plain(wall) - plain(wallOf(found, timeZone))
  return found
}

/** How far the hands move from one to the other, in milliseconds. */
export const handsBetween = (from: string, to: string): number => plain(to) - plain(from)

export const moveHands = (wall: string, by: number): string => written(plain(wall) + by)

/** The next full hour on the clocks, from this moment on. */
export function nextHour(now: number, timeZone: string): string {
  return written(Math.ceil(plain(wallOf(now, timeZone)) / HOUR) * HOUR)
}
