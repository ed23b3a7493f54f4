import { expect, it } from 'vitest'
import { sampleFor } from './samples'

const file = (name: string, phase: number | null, isSampleSubmission = true) => ({ name, phase, isSampleSubmission })
const COMMON = file('common', null)
const OWN = file('of the final', 2)
const OTHER = file('train', 2, false)

it.each([
  ['its own', [COMMON, OWN, OTHER], 2, 'of the final'],
  ['the competition’s, where it has none', [OWN, OTHER, COMMON], 1, 'common'],
  ['none, where only another phase has one', [OWN, OTHER], 1, undefined],
  ['the only one, in one phase', [OTHER, file('of the only phase', 1)], undefined, 'of the only phase'],
  ['none, where there is none', [OTHER], 2, undefined],
])('is %s', (_, files, phase, name) => {
  expect(sampleFor(files, phase)?.name).toBe(name)
})
