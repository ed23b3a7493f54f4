import { expect, it } from 'vitest'
import type { Competition } from '@/shared/api/models'
import { choicesOf, nameIn } from './audience'

const BRACKETS = [{ slug: 'student', name: 'Students' }]
const PHASES = [
  { number: 1, name: 'Development' },
  { number: 2, name: '' },
]
const cup = (said: Record<string, unknown>) => ({ brackets: [], phases: [], ...said }) as unknown as Competition

it('offers everybody and those who never submitted, brackets, and phases where there are several', () => {
  expect(choicesOf(cup({ phases: PHASES.slice(0, 1) })).map(({ audience }) => audience)).toEqual(['everybody', 'never_submitted'])
  expect(choicesOf(cup({ brackets: BRACKETS, phases: PHASES })).slice(2)).toEqual([
    { audience: 'bracket', audienceOf: 'student', name: 'Students' },
    { audience: 'phase', audienceOf: '1', name: 'Development' },
    { audience: 'phase', audienceOf: '2', name: '2' },
  ])
})

it('calls an audience by the name of now, or what was written down', () => {
  const known = cup({ brackets: BRACKETS, phases: PHASES })
  expect(nameIn(known, { audience: 'bracket', audienceOf: 'student' })).toBe('Students')
  expect(nameIn(known, { audience: 'phase', audienceOf: '1' })).toBe('Development')
  expect(nameIn(cup({}), { audience: 'bracket', audienceOf: 'student' })).toBe('student')
  expect(nameIn(undefined, { audience: 'never_submitted', audienceOf: '' })).toBe('')
})
