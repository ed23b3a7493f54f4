import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import type { Bracket } from '@/shared/api/models'
import BracketSection from './BracketSection.vue'
import { button, choose, cup, DEVELOPMENT, field, FINAL, hasField, NOW, OVER, press, show, write } from './cup.testing'
import * as queries from './queries'

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

const STUDENTS = { slug: 'student', name: 'Students', description: 'All of them study.', chosenBy: 'teams', position: 0 } as Bracket
const section = (phases = [DEVELOPMENT, FINAL], brackets = [STUDENTS]) => show(BracketSection, { competition: cup({ brackets }), phases })
async function submit() {
  document.querySelector('form')!.requestSubmit()
  await flushPromises()
}
const opened = async (name: string) => {
  press(name)
  await flushPromises()
}

it('adds one, with a name for addresses made of its name', async () => {
  const add = vi.spyOn(queries, 'addBracket').mockResolvedValue(STUDENTS)
  const page = await section([DEVELOPMENT], [])
  await opened('Add a bracket')
  write('Name', 'First timers')
  await flushPromises()
  expect(field('Name in addresses').value).toBe('first-timers')
  choose(page, 'Chosen by', 'hosts')
  await flushPromises()
  await submit()
  expect(add).toHaveBeenCalledWith('cup', { slug: 'first-timers', name: 'First timers', chosenBy: 'hosts' })
  expect(document.activeElement?.textContent).toContain('Add a bracket')
})

it('keeps a name for addresses that somebody wrote', async () => {
  await section([DEVELOPMENT], [])
  await opened('Add a bracket')
  write('Name in addresses', 'new')
  write('Name', 'First timers')
  await flushPromises()
  expect(field('Name in addresses').value).toBe('new')
})

it('renames one, and never its name in addresses', async () => {
  const change = vi.spyOn(queries, 'changeBracket').mockResolvedValue(STUDENTS)
  await section()
  await opened('Edit Students')
  expect(hasField('Name in addresses')).toBe(false)
  write('Name', 'Students and pupils')
  await submit()
  expect(change).toHaveBeenCalledWith('cup', 'student', { name: 'Students and pupils' })
})

it('asks why once a phase has ended', async () => {
  const change = vi.spyOn(queries, 'changeBracket').mockResolvedValue(STUDENTS)
  await section([OVER, FINAL])
  await opened('Edit Students')
  write('Name', 'Pupils')
  await flushPromises()
  expect(button('Save')?.disabled).toBe(true)
  write('Reason', 'They are')
  await submit()
  expect(change).toHaveBeenCalledWith('cup', 'student', { name: 'Pupils', reason: 'They are' })
})

it('removes one after asking, and asks why where teams rely on it', async () => {
  const remove = vi.spyOn(queries, 'removeBracket').mockRejectedValueOnce(new ApiError(400, [{ code: 'reason_missing', detail: 'Say why.', attr: 'reason' }])).mockResolvedValue({})
  await section()
  await opened('Remove Students')
  await opened('Remove')
  expect(remove).toHaveBeenLastCalledWith('cup', 'student', '')
  write('Reason', 'Nobody studies')
  await flushPromises()
  await opened('Remove')
  expect(remove).toHaveBeenLastCalledWith('cup', 'student', 'Nobody studies')
})
