import { expect, it } from 'vitest'
import { changedBracket, slugFor } from './brackets'

it.each([
  ['Students', 'students'],
  ['First Timers (2026)', 'first-timers-2026'],
  ['Débutants', 'debutants'],
  ['学生', ''],
  ['学生 A', 'a'],
  ['x'.repeat(50), 'x'.repeat(40)],
])('makes a name for addresses of %s', (name, slug) => {
  expect(slugFor(name)).toBe(slug)
})

it('sends what changed, without blanks around it', () => {
  const before = { slug: 'student', name: 'Students', description: '', chosenBy: 'teams' } as const
  expect(changedBracket(before, { ...before, name: ' Students ' })).toEqual({})
  expect(changedBracket(before, { ...before, description: 'All of them', chosenBy: 'hosts' })).toEqual({ description: 'All of them', chosenBy: 'hosts' })
})
