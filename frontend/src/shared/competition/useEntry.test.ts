import { expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import type { Competition } from '@/shared/api/models'
import { useEntry } from './useEntry'

const cup = (rulesRequired: boolean, rulesVersion = 1, pages = [{ slug: 'rules' }]) =>
  ({ rulesRequired, rulesVersion, pages }) as Competition

it('waits for the rules where there are some', () => {
  const { fields, waits } = useEntry(cup(true))
  expect(waits.value).toBe(true)
  fields.acceptRules = true
  expect(waits.value).toBe(false)
  expect(useEntry(cup(false)).waits.value).toBe(false)
})

it('does not ask for a yes to rules that nobody wrote', () => {
  const { waits, answers } = useEntry(cup(true, 1, []))
  expect(waits.value).toBe(false)
  expect(answers()).toMatchObject({ acceptRules: true })
})

it('takes a code with the spaces it was pasted with, and forgets it when asked to', () => {
  const { fields, answers, reset } = useEntry(cup(true))
  fields.acceptRules = true
  fields.invitationCode = ' open sesame\n'
  expect(answers()).toEqual({ acceptRules: true, rulesVersion: 1, invitationCode: 'open sesame' })
  reset()
  expect(answers()).toEqual({ acceptRules: false, rulesVersion: 1, invitationCode: '' })
})

it('asks for a new yes when the rules change while they are read', async () => {
  const competition = ref(cup(true))
  const { fields, waits, answers } = useEntry(competition)
  fields.acceptRules = true
  competition.value = cup(true, 2)
  await nextTick()
  expect(waits.value).toBe(true)
  expect(answers()).toMatchObject({ acceptRules: false, rulesVersion: 2 })
})
