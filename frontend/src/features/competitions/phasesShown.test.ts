import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPinia } from 'pinia'
import type { Component } from 'vue'
import { Translation } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Competition, PhaseRef } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import CompetitionHeader from './CompetitionHeader.vue'
import CompetitionTabs from './CompetitionTabs.vue'
import TimelineCard from './TimelineCard.vue'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-10T00:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const phase = (number: number, name: string, state: PhaseRef['state'], startsAt: string, endsAt: string, isCurrent = false) =>
  ({ number, name, state, isCurrent, startsAt: `${startsAt}T00:00:00Z`, endsAt: `${endsAt}T00:00:00Z`, confirmedAt: null }) as PhaseRef
const DEVELOPMENT = phase(1, 'Development', 'finished', '2026-10-01', '2026-11-01')
const FINAL = phase(2, 'Final', 'running', '2026-11-01', '2026-12-01', true)
const EVENING = phase(3, 'Evening', 'running', '2026-11-05', '2026-11-20')

const cup = (...phases: PhaseRef[]) =>
  ({
    ...{ id: 1, slug: 'cup', title: 'Cup', summary: '', emoji: '', state: 'running', startsAt: FINAL.startsAt, endsAt: FINAL.endsAt },
    ...{ entryDeadline: null, mergeDeadline: null, objectionsUntil: null, timeZone: 'UTC', metric: { name: 'rmse', label: 'RMSE', direction: 'smaller_is_better' } },
    ...{ dailySubmissionLimit: 5, totalSubmissionLimit: null, selectableSubmissions: 2, maxTeamSize: 4, teamCount: 3, hosts: [], pages: [] },
    ...{ myTeam: { id: 7, name: 'ours' }, isHost: true, allowsLateSubmissions: false, phases },
  }) as unknown as Competition

async function show(component: Component, competition: Competition, at = '/competitions/cup'): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
  await router.push(at)
  return mount(component, { props: { competition }, global: { plugins: [createPinia(), router, vuetify], components: { 'i18n-t': Translation } } })
}
const hrefs = (page: VueWrapper) => page.findAll('a').map((link) => link.attributes('href') ?? '')

it.each([
  ['the timeline', TimelineCard],
  ['the tabs', CompetitionTabs],
  ['the header', CompetitionHeader],
])('%s of a competition in one phase never speaks of it, whatever the address says', async (_, component) => {
  const page = await show(component, { ...cup(EVENING), isHost: false }, '/competitions/cup?phase=3')
  expect(page.text()).not.toMatch(/phase|evening/i)
  expect(hrefs(page).join()).not.toContain('phase')
})

it('leads organisers alone to the page where phases are made', async () => {
  expect(hrefs(await show(CompetitionTabs, cup(EVENING)))).toContain('/competitions/cup/phases')
  expect(hrefs(await show(CompetitionTabs, { ...cup(EVENING), isHost: false }))).not.toContain('/competitions/cup/phases')
})

it('lists all phases in the timeline with their times, and the limits of the current one', async () => {
  const page = await show(TimelineCard, cup(DEVELOPMENT, FINAL, EVENING))
  const rows = page.findAll('.phase')
  expect(rows.map((row) => [row.get('a').text(), row.get('.phase__state').text()])).toEqual([
    ['Development', 'Ended last week'],
    ['Final', 'Runs, ends in 3 weeks'],
    ['Evening', 'Runs, ends next week'],
  ])
  expect(rows[1]!.findAll('time').map((time) => time.attributes('datetime'))).toEqual([FINAL.startsAt, FINAL.endsAt])
  expect(rows[2]!.get('a').attributes('href')).toBe('/competitions/cup/leaderboard?phase=3')
  expect(page.findAll('h2').map((title) => title.text())).toEqual(['Timeline', 'Limits in Final'])
})

it('tells the limits of the phase that is looked at', async () => {
  const page = await show(TimelineCard, { ...cup(DEVELOPMENT, FINAL), phase: 1 })
  expect(page.findAll('h2').map((title) => title.text())).toContain('Limits in Development')
})

it('takes the phase along from tab to tab, where a tab is about one', async () => {
  const page = await show(CompetitionTabs, cup(DEVELOPMENT, FINAL), '/competitions/cup/leaderboard?phase=1')
  const found = new Set(hrefs(page))
  for (const tab of ['data', 'leaderboard', 'race', 'submissions', 'metric', 'integrity', 'baselines']) expect(found).toContain(`/competitions/cup/${tab}?phase=1`)
  for (const tab of ['', '/log', '/team']) expect(found).toContain(`/competitions/cup${tab}`)
  expect(page.get('[aria-current="page"]').text()).toBe('Leaderboard')
})

it.each([
  ['/competitions/cup/race?phase=3', '/competitions/cup/submit?phase=3'],
  ['/competitions/cup/race?phase=1', '/competitions/cup/submit'],
  ['/competitions/cup/race', '/competitions/cup/submit'],
])('names the phase of the clock in the header, and leads from %s to %s', async (at, to) => {
  const page = await show(CompetitionHeader, cup(DEVELOPMENT, FINAL, EVENING), at)
  expect(page.get('.facts__phase').text()).toBe('Final')
  expect(hrefs(page)).toContain(to)
})
