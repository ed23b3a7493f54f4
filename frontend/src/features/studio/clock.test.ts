import { expect, it } from 'vitest'
import { draft, PRESETS } from './bench.testing'
import { newCode, presetOf } from './clock'

it('knows the kind of event by how long it lasts and by its limits', () => {
  const day = { startsAt: '2026-11-17T00:00:00Z', endsAt: '2026-11-17T08:00:00Z', dailySubmissionLimit: 30 }
  expect(presetOf(draft(day), PRESETS)?.name).toBe('day')
  expect(presetOf(draft({ ...day, dailySubmissionLimit: 31 }), PRESETS)).toBeUndefined()
  expect(presetOf(draft(), PRESETS)).toBeUndefined()
})

it('makes codes that can be read out, each another one', () => {
  expect(newCode()).toMatch(/^[a-z2-9]{12}$/)
  expect(newCode()).not.toBe(newCode())
})
