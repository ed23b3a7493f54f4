import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import type { PhaseFacts } from '@/shared/api/models'
import { button, choose, CONFIRMED, cup, DEVELOPMENT, field, FINAL, hasField, NOW, OVER, phase, press, show, write } from './cup.testing'
import PhaseForm from './PhaseForm.vue'
import * as queries from './queries'

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

const form = (said: { phase?: PhaseFacts; phases?: PhaseFacts[]; competition?: object } = {}) =>
  show(PhaseForm, { competition: cup(), phases: [DEVELOPMENT, FINAL], ...said })
const edits = () => vi.spyOn(queries, 'editPhase').mockResolvedValue(DEVELOPMENT)
const adds = () => vi.spyOn(queries, 'addPhase').mockResolvedValue(phase(3, { name: 'Evening' }))
const refused = (code: string, attr: string | null) => new ApiError(400, [{ code, detail: `Not so: ${code}.`, attr }])

async function submit() {
  document.querySelector('form')!.requestSubmit()
  await flushPromises()
}

it('adds a phase with its name and its clock, and what is not as in the newest one', async () => {
  const add = adds()
  const page = await form()
  expect([field('Start').value, field('End').value]).toEqual(['2026-11-27T09:00', '2026-12-04T09:00'])
  expect(button('Add the phase')?.disabled).toBe(true)
  write('Name', 'Evening')
  await flushPromises()
  write('Submissions in total', '20')
  await submit()
  expect(add).toHaveBeenCalledWith('cup', { name: 'Evening', startsAt: '2026-11-27T09:00', endsAt: '2026-12-04T09:00', totalSubmissionLimit: 20 })
  expect(page.emitted('close')).toHaveLength(1)
})

it('asks why where every phase has ended', async () => {
  const add = adds()
  await form({ phases: [OVER] })
  write('Name', 'Evening')
  await flushPromises()
  expect(button('Add the phase')?.disabled).toBe(true)
  write('Reason', ' One more evening ')
  await submit()
  expect(add.mock.calls[0]![1]).toMatchObject({ reason: 'One more evening' })
})

it('sends what was changed and nothing else', async () => {
  const edit = edits()
  await form({ phase: DEVELOPMENT })
  expect(button('Save')?.disabled).toBe(true)
  write('Submissions a day', '')
  await submit()
  expect(edit).toHaveBeenCalledWith('cup', 1, { dailySubmissionLimit: null })
})

it('asks before it moves an end, and why where people rely on it', async () => {
  const edit = edits()
  await form({ phase: DEVELOPMENT })
  expect(hasField('Reason')).toBe(false)
  write('End', '2026-11-16T09:00')
  await flushPromises()
  write('Reason', 'The power failed')
  await submit()
  expect(edit).not.toHaveBeenCalled()
  expect(document.body.textContent).toContain('From Sun, Nov 15, 2026')
  press('Move the end')
  await flushPromises()
  expect(edit).toHaveBeenCalledWith('cup', 1, { endsAt: '2026-11-16T09:00', reason: 'The power failed' })
})

it('moves the end of one to come without a reason', async () => {
  const edit = edits()
  await form({ phase: FINAL })
  write('End', '2026-11-30T09:00')
  await submit()
  press('Move the end')
  await flushPromises()
  expect(edit).toHaveBeenCalledWith('cup', 2, { endsAt: '2026-11-30T09:00' })
})

it('asks why where only the server knows that it is needed', async () => {
  const edit = edits().mockRejectedValueOnce(refused('reason_missing', 'reason'))
  await form({ phase: FINAL })
  write('Name', 'Grand final')
  await submit()
  expect(document.body.textContent).toContain('Not so: reason_missing.')
  write('Reason', 'It is grand')
  await submit()
  expect(edit).toHaveBeenLastCalledWith('cup', 2, { name: 'Grand final', reason: 'It is grand' })
})

it.each([
  ['startsAt', 'Start'],
  ['boardFreezeMinutes', 'Leaderboard stands still'],
])('says what is refused of %s beside it', async (attr, label) => {
  edits().mockRejectedValue(refused('wrong', attr))
  await form({ phase: FINAL })
  write('Name', 'Grand final')
  await submit()
  const messages = [...document.querySelectorAll('.v-input')].find((input) => input.querySelector('label')?.textContent === label)?.querySelector('.v-messages')
  expect(messages?.textContent).toContain('Not so: wrong.')
  expect(document.querySelector('.v-alert')).toBeNull()
})

it('says above the form what is refused of all of it, and keeps what was written', async () => {
  edits().mockRejectedValue(refused('ends_before_it_starts', null))
  const page = await form({ phase: FINAL })
  write('Name', 'Grand final')
  await submit()
  expect(document.querySelector('.v-alert')?.textContent).toContain('ends_before_it_starts')
  expect(field('Name').value).toBe('Grand final')
  expect(page.emitted('close')).toBeUndefined()
})

it('lets nobody change what is fixed', async () => {
  await form({ phase: CONFIRMED, phases: [CONFIRMED, FINAL] })
  expect(['End', 'Submissions a day', 'Selected for the final'].map((label) => field(label).disabled)).toEqual([true, true, true])
  expect(field('Name').disabled).toBe(false)
})

it('asks for the minutes or the moment of a freeze, as it is chosen', async () => {
  const edit = edits()
  const page = await form({ phase: FINAL })
  choose(page, 'Leaderboard stands still', 'minutes')
  await flushPromises()
  write('Minutes before the end', '45')
  await submit()
  expect(edit).toHaveBeenCalledWith('cup', 2, { boardFreezeMinutes: 45 })
})

it.each([
  ['there is another phase', [DEVELOPMENT, FINAL], true],
  ['there is no other', [FINAL], false],
])('asks who gets on where %s: %#', async (_, phases, isAsked) => {
  await form({ phase: FINAL, phases })
  expect(document.body.textContent?.includes('Who may take part')).toBe(isAsked)
})

it('sends who gets on with the rest', async () => {
  const edit = edits()
  const page = await form({ phase: FINAL })
  choose(page, 'Teams', 'best')
  await flushPromises()
  write('How many teams get on', '10')
  await submit()
  expect(edit).toHaveBeenCalledWith('cup', 2, { entryRule: 'best', entryPhase: 1, entryCount: 10 })
})
