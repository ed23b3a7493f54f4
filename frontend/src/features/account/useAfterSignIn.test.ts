import { expect, it } from 'vitest'
import { nextOf, safePath } from './useAfterSignIn'

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

it.each([
  ['/competitions/x?join', { next: '/competitions/x?join' }],
  ['//evil.example', {}],
  [undefined, {}],
])('carries %s on as %j', (next, query) => {
  expect(nextOf({ query: next === undefined ? {} : { next } })).toEqual(query)
})
