import { expect, it } from 'vitest'
import { looksLikeEmail } from './email'

it.each([
  ['alice@example.org', true],
  [' alice@example.org ', true],
  ['alice@example', false],
  ['alice', false],
  ['alice@@example.org', false],
  ['', false],
])('%j looks like an address: %s', (text, expected) => {
  expect(looksLikeEmail(text)).toBe(expected)
})
