import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Translation } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Competition, PhaseRef } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import GoesInto from './GoesInto.vue'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-10T00:00:00Z') }))
afterEach(() => void vi.useRealTimers())

const phase = (number: number, name: string, startsAt: string, endsAt: string) =>
  ({ number, name, state: 'running', startsAt: `${startsAt}T00:00:00Z`, endsAt: `${endsAt}T00:00:00Z` }) as PhaseRef
const competition = {
  slug: 'cup',
  phases: [phase(1, 'Over', '2026-10-01', '2026-11-01'), phase(2, 'English', '2026-11-01', '2026-11-13'), phase(3, 'Japanese', '2026-11-01', '2026-11-13'), phase(4, 'Next', '2026-11-13', '2026-11-20')],
} as unknown as Competition

async function show(number: number) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
  await router.push('/competitions/cup/submit')
  return mount(GoesInto, { props: { competition, phase: number }, global: { plugins: [router, vuetify], components: { 'i18n-t': Translation } } })
}

it.each([
  [2, 'English', 'Runs, ends in 3 days', [['Into Japanese instead', '/competitions/cup/submit?phase=3']]],
  [1, 'Over', 'Ended last week', [['Into English instead', '/competitions/cup/submit?phase=2'], ['Into Japanese instead', '/competitions/cup/submit?phase=3']]],
])('says that a file goes into phase %i, %s, and leads to the others that run', async (number, name, state, others) => {
  const page = await show(number)
  expect(page.get('p').text()).toContain(`Your file goes into ${name}.`)
  expect(page.get('p').text()).toContain(state)
  expect(page.findAll('a').map((link) => [link.text(), link.attributes('href')])).toEqual(others)
})
