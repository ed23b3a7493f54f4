import { expect, it } from 'vitest'
import { safePath } from './useAfterSignIn'

it.each([
  ['/competitions/x?tab=1', '/competitions/x?tab=1'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  [undefined, '/'],
  [['/a'], '/'],
])('goes from %s to %s', (next, path) => {
  expect(safePath(next)).toBe(path)
})
