import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import type { NamedTeam, Team } from '@/shared/api/models'
import * as teams from '@/shared/competition/teams'
import { button, cup, hasField, phase, press, show, write } from './cup.testing'
import NamedTeams from './NamedTeams.vue'
import * as queries from './queries'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

const ref = (id: number, name: string) => ({ id, name })
const [RED, BLUE, GREEN] = [ref(3, 'Red'), ref(7, 'Blue'), ref(9, 'Green')]
const LISTED = phase(2, { name: 'Final', entryRule: 'list' })
const DECIDED = phase(2, { ...LISTED, entryDecidedAt: '2026-11-09T00:00:00Z' })

async function line(named: { id: number; name: string }[], { of = LISTED, competition = {} } = {}) {
  const told: NamedTeam[] = named.map((team) => ({ team, entryRank: null }))
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(JSON.stringify(told), { headers: { 'Content-Type': 'application/json' } }))
  const page = await show(NamedTeams, { competition: cup(competition), phase: of })
  await flushPromises()
  return page
}
type Shown = Awaited<ReturnType<typeof line>>
async function dialog(...said: Parameters<typeof line>): Promise<Shown> {
  const page = await line(...said)
  press('Name the teams of Final')
  await flushPromises()
  return page
}
const search = (page: Shown) => page.findComponent({ name: 'VAutocomplete' })
async function choose(page: Shown, team: object) {
  search(page).vm.$emit('update:modelValue', { ...team, members: [] })
  await flushPromises()
}
async function save() {
  press('Save')
  await flushPromises()
}
const chips = () => [...document.querySelectorAll('.chosen li')].map((chip) => chip.textContent)
const stores = () => vi.spyOn(queries, 'nameTeams').mockResolvedValue([])
const refused = (code: string, attr: string) => new ApiError(409, [{ code, detail: `Not so: ${code}.`, attr }])

it.each([
  [[], 'No team is named yet.'],
  [[RED], '1 team named'],
  [[RED, BLUE], '2 teams named'],
])('tells how many are named: %#', async (named, text) => {
  expect((await line(named)).text()).toContain(text)
})

it('finds teams by what is typed, but for those that are named', async () => {
  const found = [RED, GREEN].map((team) => ({ ...team, members: [] }) as unknown as Team)
  const find = vi.spyOn(teams, 'findTeams').mockResolvedValue(found)
  const page = await dialog([RED])
  search(page).vm.$emit('update:search', 're')
  await flushPromises()
  await vi.runAllTimersAsync()
  expect(find).toHaveBeenCalledExactlyOnceWith('cup', 're', expect.anything())
  expect(search(page).props('items')).toMatchObject([GREEN])
})

it('says that no other team was found', async () => {
  vi.spyOn(teams, 'findTeams').mockResolvedValue([{ ...RED, members: [] } as unknown as Team])
  const page = await dialog([RED])
  const NONE = 'No other team has that in its name.'
  search(page).vm.$emit('update:search', 're')
  await flushPromises()
  expect(search(page).text()).not.toContain(NONE)
  await vi.runAllTimersAsync()
  expect(search(page).text()).toContain(NONE)
})

it('sends the teams that were added and those that were taken off, with the reason', async () => {
  const store = stores()
  const page = await dialog([RED, BLUE])
  expect(button('Save')?.disabled).toBe(true)
  await choose(page, GREEN)
  press('Take Red off')
  await flushPromises()
  expect(chips()).toEqual(['Blue', 'Green'])
  expect(button('Save')?.disabled).toBe(true)
  write('Reason', ' They won the qualifiers ')
  await flushPromises()
  await save()
  expect(store).toHaveBeenCalledWith('cup', 2, { add: [9], remove: [3], reason: 'They won the qualifiers' })
})

it('sends nothing where a team was added and taken off again', async () => {
  const page = await dialog([RED])
  await choose(page, GREEN)
  press('Take Green off')
  write('Reason', 'None')
  await flushPromises()
  expect(button('Save')?.disabled).toBe(true)
})

it('names no team twice', async () => {
  const page = await dialog([RED])
  await choose(page, RED)
  expect(chips()).toEqual(['Red'])
})

it('needs no reason in a draft, but where the server says so', async () => {
  const store = stores().mockRejectedValueOnce(refused('reason_missing', 'reason'))
  const page = await dialog([], { competition: { isPublished: false } })
  await choose(page, GREEN)
  expect(hasField('Reason')).toBe(false)
  await save()
  expect(store).toHaveBeenLastCalledWith('cup', 2, { add: [9], remove: [] })
  expect(document.body.textContent).toContain('Not so: reason_missing.')
  write('Reason', 'As announced')
  await flushPromises()
  await save()
  expect(store).toHaveBeenLastCalledWith('cup', 2, { add: [9], remove: [], reason: 'As announced' })
})

it('takes nobody off once the phase has begun for those who are named, but adds others', async () => {
  const page = await dialog([RED], { of: DECIDED })
  expect(document.body.textContent).toContain('you can add others, but take none off')
  expect(button('Take Red off')).toBeUndefined()
  await choose(page, GREEN)
  expect(button('Take Green off')).toBeDefined()
})

it('says that it began meanwhile, and has those that were taken off back', async () => {
  stores().mockRejectedValue(refused('unlisted_too_late', 'teams'))
  const page = await dialog([RED], { competition: { isPublished: false } })
  await choose(page, GREEN)
  press('Take Red off')
  await flushPromises()
  await save()
  expect(search(page).text()).toContain('Not so: unlisted_too_late.')
  expect(chips()).toEqual(['Red', 'Green'])
  expect(button('Take Red off')).toBeUndefined()
})

it('says above the rest what is refused of all of it, and keeps what was chosen', async () => {
  stores().mockRejectedValue(refused('not_host', ''))
  const page = await dialog([], { competition: { isPublished: false } })
  await choose(page, GREEN)
  await save()
  expect(document.querySelector('.v-alert')?.textContent).toContain('not_host')
  expect(chips()).toEqual(['Green'])
})

it('begins anew each time it is opened', async () => {
  const page = await dialog([RED])
  await choose(page, GREEN)
  press('Cancel')
  await flushPromises()
  press('Name the teams of Final')
  await flushPromises()
  expect(chips()).toEqual(['Red'])
})
