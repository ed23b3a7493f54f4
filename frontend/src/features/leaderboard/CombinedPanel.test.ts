import { PiniaColada } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import type { CombinedBoard, Competition } from '@/shared/api/models'
import { api } from '@/shared/api/client'
import { vuetify } from '@/shared/vuetify'
import CombinedPanel from './CombinedPanel.vue'

afterEach(() => void vi.restoreAllMocks())

const phase = (number: number, name: string, counts: boolean) => ({ number, name, counts, state: counts ? 'confirmed' : 'running', weight: 1, scoreDigits: 3 })
const row = (id: number, name: string, rank: number | null, value: number | null, phases: unknown[], isMine = false) => ({
  ...{ rank, value, phases, isMine, team: { id, name }, members: [], outOfCompetition: false, disqualified: false, brackets: [] },
})
const cell = (rank: number | null, score: number | null, points: number | null = null) => ({ rank, score, points })
const ANTS = row(1, 'ants', 1, 1.5, [cell(2, 0.25), cell(1, 0.5)])
const BEES = row(2, 'bees', 2, 5 / 3, [cell(1, 0.125), cell(null, null)], true)

const board = (facts: Partial<Record<keyof CombinedBoard, unknown>>) =>
  ({
    ...{ count: 2, rule: 'mean_rank', points: [], phases: [phase(1, '', true), phase(2, 'Final', true)], isFinal: true },
    ...{ teams: 2, bracket: null, next: null, previous: null, results: [ANTS, BEES], me: BEES, ...facts },
  }) as CombinedBoard

async function show(facts: Parameters<typeof board>[0], bracket = '') {
  const shown = board(facts)
  const asked = vi.spyOn(api, 'GET').mockResolvedValue({ data: shown, response: new Response() } as never)
  const competition = { slug: 'cup', combinedRule: shown.rule, brackets: [{ slug: 'student', name: 'Students', description: '' }] } as unknown as Competition
  const page = mount(CombinedPanel, { props: { competition, bracket, search: '', page: 1 }, global: { plugins: [createPinia(), PiniaColada, vuetify] } })
  await flushPromises()
  return { page, asked }
}
const texts = (page: Awaited<ReturnType<typeof show>>['page'], selector: string) => page.findAll(selector).map((one) => one.text().replace(/\s+/g, ' '))

it('has a column for each phase, and marks the own row', async () => {
  const { page } = await show({})
  expect(texts(page, 'thead th')).toEqual(['Rank', 'Team', 'Mean rank', 'Phase 1', 'Final'])
  expect(texts(page, 'tbody tr:first-child td')).toEqual(['1', '1.5', '2 0.250', '1 0.500'])
  expect(texts(page, 'tbody tr:last-child td')).toEqual(['2', '1.67', '1 0.125', '–'])
  expect(texts(page, '[aria-current] .team__name')).toEqual(['bees'])
  expect(texts(page, 'tbody tr:last-child li')).toEqual(['Phase 1: rank 1', 'Final: no rank'])
  expect(page.text()).not.toContain('Not final')
})

it('says of which phases the result is still to come, and nothing of them', async () => {
  const { page } = await show({ isFinal: false, phases: [phase(1, 'Warm-up', true), phase(2, 'Final', false)], results: [row(1, 'ants', 1, 1, [cell(1, 0.25), null])], me: null })
  expect(page.text()).toContain('Not final yet: Final will count')
  expect(texts(page, 'tbody td')).toEqual(['1', '1', '1 0.250', 'not yet'])
})

it('waits for the first confirmation', async () => {
  const { page } = await show({ count: 0, results: [], me: null, isFinal: false, phases: [phase(1, 'Warm-up', false), phase(2, 'Final', false)] })
  expect(page.find('table').exists()).toBe(false)
  expect(page.text()).toContain('begins with the first phase whose result is confirmed')
  expect(page.find('a[download]').exists()).toBe(false)
})

it.each([
  ['points', 'Points', [cell(1, 0.25, 25), cell(2, 0.5, 18.5)], 43.5, ['1', '43.5', '1 25 points · 0.250', '2 18.5 points · 0.500']],
  ['weighted_score', 'Mean score', [cell(1, 0.25), cell(2, 0.5)], 0.375, ['1', '0.375', '1 0.250', '2 0.500']],
])('tells the value of the rule %s', async (rule, title, phases, value, cells) => {
  const { page } = await show({ rule, results: [row(1, 'ants', 1, value, phases)], me: null })
  expect(texts(page, 'thead th')[2]).toBe(title)
  expect(texts(page, 'tbody td')).toEqual(cells)
})

it('has no value where the rank of the last phase is the rank', async () => {
  const { page } = await show({ rule: 'last' })
  expect(texts(page, 'thead th')).toEqual(['Rank', 'Team', 'Phase 1', 'Final'])
})

it('puts the own row above those of another page', async () => {
  const { page } = await show({ count: 300, results: [ANTS], me: { ...BEES, rank: 250 } })
  expect(texts(page, 'tbody .team__name')).toEqual(['bees', 'ants'])
  expect(page.find('.v-pagination').exists()).toBe(true)
})

it('asks for a bracket, also as a file', async () => {
  const { page, asked } = await show({ bracket: 'student' }, 'student')
  const [address, options] = asked.mock.lastCall as unknown as [string, { params: { query: unknown } }]
  expect(address).toBe('/api/competitions/{competition}/leaderboard/combined/')
  expect(options.params.query).toEqual({ bracket: 'student', page: 1, pageSize: 100, search: undefined })
  expect(page.get('a[download]').attributes('href')).toBe('/api/competitions/cup/leaderboard/combined/csv/?bracket=student')
})
