import { expect, it } from 'vitest'
import type { PhaseRef } from '@/shared/api/models'
import { archived, filesOfPhase, isOpen, opensAt } from './filesOfPhase'

const DAY = 86_400_000
const START = Date.parse('2026-11-01T00:00:00Z')
const phases = [
  { number: 1, startsAt: '2026-11-01T00:00:00Z' },
  { number: 2, startsAt: '2026-11-10T00:00:00Z' },
] as PhaseRef[]
const common = { name: 'train.csv', phase: null }
const first = { name: 'first.csv', phase: 1 }
const final = { name: 'final.csv', phase: 2 }
const files = [common, first, final]

it.each([
  ['before the first', START - 1, [], [common]],
  ['when the first starts', START, [common, first], [common, first]],
  ['when the second starts', START + 9 * DAY, files, files],
])('opens files with their phases: %s', (_, now, open, inArchive) => {
  expect(files.filter((file) => isOpen(file, { phases }, now))).toEqual(open)
  expect(archived(files, { phases }, now)).toEqual(inArchive)
})

it.each([
  [1, [common, first]],
  [2, [common, final]],
  [undefined, files],
])('shows in phase %s what is of it and of none', (phase, shown) => {
  expect(filesOfPhase(files, phase === undefined ? { phases } : { phases, phase })).toEqual(shown)
})

it('says when a file opens that waits', () => {
  expect(files.map((file) => opensAt(file, { phases }))).toEqual([null, '2026-11-01T00:00:00Z', '2026-11-10T00:00:00Z'])
})
