import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PhaseFacts } from '@/shared/api/models'
import { button, cup, DEVELOPMENT, FINAL, NOW, phase, press, show, write } from './cup.testing'
import PhaseDesk from './PhaseDesk.vue'
import * as queries from './queries'

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

async function desk(phases: PhaseFacts[], competition: Record<string, unknown> = {}, who = {}): Promise<VueWrapper> {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(JSON.stringify(phases), { headers: { 'Content-Type': 'application/json' } }))
  const page = await show(PhaseDesk, { competition: cup(competition) }, who)
  await flushPromises()
  return page
}
const facts = (card: VueWrapper | ReturnType<VueWrapper['get']>) => {
  const names = card.findAll('dt').map((name) => name.text())
  return Object.fromEntries(card.findAll('dd').map((value, n) => [names[n], value.text().replace(/\s+/g, ' ')]))
}

it('lists the phases in their order, each with where it is, its times and its limits', async () => {
  const page = await desk([DEVELOPMENT, FINAL])
  const cards = page.findAll('.phase')
  expect(cards.map((card) => [card.get('h3').text(), card.get('.v-chip').text()])).toEqual([
    ['Development', 'Running'],
    ['Final', 'Upcoming'],
  ])
  expect(facts(cards[1]!)).toMatchObject({
    Start: expect.stringMatching(/^Fri, Nov 20, 2026, 9:00\sAM/),
    End: expect.stringMatching(/^Fri, Nov 27, 2026, 9:00\sAM/),
    Metric: expect.stringContaining('RMSE, lower is better'),
    Submissions: '3 a day · 2 selected for the final · late ones allowed',
    'Who sees the leaderboard': 'Everybody',
  })
  expect(cards[1]!.get('dd a').attributes('href')).toBe('/competitions/cup/metric?phase=2')
})

it('tells who gets on, by which leaderboard, and what is taken over', async () => {
  const rule = { entryRule: 'best', entryPhase: 1, entryCount: 10, takesOver: 'selected' }
  const page = await desk([DEVELOPMENT, { ...FINAL, ...rule } as PhaseFacts])
  expect(facts(page.findAll('.phase')[1]!)).toMatchObject({
    'Who may take part': 'The best 10 of Development, by the confirmed result · begins with the selected submissions of Development',
  })
})

it('tells when the leaderboard stands still', async () => {
  const page = await desk([DEVELOPMENT, phase(2, { boardAudience: 'participants', boardFreezeMinutes: 30 })])
  expect(facts(page.findAll('.phase')[1]!)['Who sees the leaderboard']).toBe('Those who take part · stands still for the last 30 minutes')
})

it.each([
  ['staff', { isStaff: true }, [DEVELOPMENT, FINAL], '/admin/competitions/competition/7/change/?phase=2'],
  ['staff of a competition in one phase', { isStaff: true }, [phase(1, { hasSolution: false })], '/admin/competitions/competition/7/change/'],
])('leads %s to where the missing solution is uploaded', async (_, who, phases, address) => {
  const page = await desk(phases, {}, who)
  expect(page.findAll('.lack a').map((link) => link.attributes('href'))).toEqual([address])
})

it('names the address of the API to who may not use the admin', async () => {
  const page = await desk([DEVELOPMENT, FINAL], {}, { isStaff: false })
  expect(page.find('.lack a').exists()).toBe(false)
  expect(page.get('.lack code').text()).toBe('/api/competitions/cup/phases/2/solution/')
})

it('of one phase says what phases are for, and offers a name and a second one', async () => {
  const edit = vi.spyOn(queries, 'editPhase').mockResolvedValue(DEVELOPMENT)
  const page = await desk([phase(1, { name: '' })])
  expect(page.text()).toContain('A competition can be held in several phases')
  expect(page.find('svg.track').exists()).toBe(false)
  expect(page.text()).not.toContain('Combined leaderboard')
  write('Name of the present phase', 'Development')
  await flushPromises()
  await page.get('form.name').trigger('submit')
  await flushPromises()
  expect(edit).toHaveBeenCalledWith('cup', 1, { name: 'Development' })
  press('Add a second phase')
  await flushPromises()
  expect(button('Add the phase')).toBeDefined()
})

it('offers one ranking over several phases', async () => {
  expect((await desk([DEVELOPMENT, FINAL])).text()).toContain('Combined leaderboard')
})

it('changes one phase at a time, and puts the focus back', async () => {
  await desk([DEVELOPMENT, FINAL])
  press('Edit Final')
  await flushPromises()
  expect(document.activeElement?.tagName).toBe('INPUT')
  expect(button('Edit Development')?.disabled).toBe(true)
  press('Cancel')
  await flushPromises()
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Edit Final')
})

it.each([
  ['a published one with a reason', true, 'Not needed'],
  ['a draft without', false, ''],
])('removes a phase to come of %s, after asking', async (_, isPublished, reason) => {
  const remove = vi.spyOn(queries, 'removePhase').mockResolvedValue({})
  await desk([DEVELOPMENT, FINAL], { isPublished })
  expect(button('Remove Development')).toBeUndefined()
  press('Remove Final')
  await flushPromises()
  expect(remove).not.toHaveBeenCalled()
  if (reason) {
    expect(button('Remove')?.disabled).toBe(true)
    write('Reason', reason)
    await flushPromises()
  }
  press('Remove')
  await flushPromises()
  expect(remove).toHaveBeenCalledWith('cup', 2, reason)
})
