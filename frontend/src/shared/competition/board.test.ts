import { expect, it } from 'vitest'
import { boardShown } from './board'

it.each([
  ['public', 'running', false, 'public'],
  ['public', 'confirmed', false, 'public'],
  ['private', 'running', false, null],
  ['private', 'running', true, null],
  ['private', 'upcoming', true, null],
  ['private', 'finished', false, null],
  ['private', 'finished', true, 'preview'],
  ['private', 'confirmed', false, 'private'],
  ['private', 'confirmed', true, 'private'],
] as const)('the %s board, %s, for an organiser %s: %s', (side, state, isHost, kind) => {
  expect(boardShown(side, state, isHost)).toBe(kind)
})
