import { expect, it } from 'vitest'
import type { Competition } from '@/shared/api/models'
import { useEntry } from './useEntry'

const cup = (rulesRequired: boolean) => ({ rulesRequired }) as Competition

it('waits for the rules where there are some', () => {
  const { fields, waits } = useEntry(cup(true))
  expect(waits.value).toBe(true)
  fields.acceptRules = true
  expect(waits.value).toBe(false)
  expect(useEntry(cup(false)).waits.value).toBe(false)
})

it('takes a code with the spaces it was pasted with, and forgets it when asked to', () => {
  const { fields, answers, reset } = useEntry(cup(true))
  fields.acceptRules = true
  fields.invitationCode = ' open sesame\n'
  expect(answers()).toEqual({ acceptRules: true, invitationCode: 'open sesame' })
  reset()
  expect(answers()).toEqual({ acceptRules: false, invitationCode: '' })
})
