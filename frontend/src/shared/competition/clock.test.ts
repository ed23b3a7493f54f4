import { expect, it } from 'vitest'
import { elapsed, stateAt } from './clock'

const competition = { state: 'running', startsAt: '2026-11-21T09:00:00Z', endsAt: '2026-11-21T17:00:00Z' } as const
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`)

it.each([
  ['08:59:59', 'upcoming'],
  ['09:00:00', 'running'],
  ['16:59:59', 'running'],
  ['17:00:00', 'finished'],
])('at %s it is %s', (time, state) => {
  expect(stateAt(competition, at(time))).toBe(state)
})

it('stays confirmed', () => {
  expect(stateAt({ ...competition, state: 'confirmed' }, at('20:00:00'))).toBe('confirmed')
})

it('knows how much is over', () => {
  expect(elapsed(competition, at('13:00:00'))).toBe(0.5)
  expect(elapsed(competition, at('23:00:00'))).toBe(1)
})
