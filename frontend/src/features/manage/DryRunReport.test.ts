import { PiniaColada } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { api } from '@/shared/api/client'
import type { Competition } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import DryRunReport from './DryRunReport.vue'

afterEach(() => vi.restoreAllMocks())

const COUNTS = { submissions: 90, refused: 12, scoredAgain: 0, lost: 0, scoresChanged: 78, teams: 31, ranksChanged: 3, teamsWithoutAScore: 0 }
const RUN = { id: 6, status: 'complete', progress: 1, counts: COUNTS, outdatedBy: '', errorText: '', solutionVersion: 2, metric: 'rmse', metricVersion: null }

async function show(run: Record<string, unknown> | null) {
  const listed = { data: { results: run ? [run] : [] }, response: new Response() }
  const get = vi.spyOn(api, 'GET').mockResolvedValue(listed as never)
  const post = vi.spyOn(api, 'POST').mockResolvedValue({ data: {}, response: new Response() } as never)
  const competition = { slug: 'cup' } as Competition
  const page = mount(DryRunReport, { props: { competition }, global: { plugins: [createPinia(), PiniaColada, vuetify] } })
  await flushPromises()
  return { page, get, post }
}

it('says what would be refused, how many ranks change, and by what it was worked out', async () => {
  const { page } = await show(RUN)
  expect(page.text()).toContain('12 of 90 files would be refused')
  expect(page.text()).toContain('3 ranks change')
  expect(page.text()).toContain('By version 2 of the solution and rmse. It says what a rescoring would do now.')
})

it('says when it is out of date', async () => {
  const { page } = await show({ ...RUN, outdatedBy: 'solution' })
  expect(page.text()).toContain('Out of date: another version of the solution')
})

it('says that nothing would change', async () => {
  const { page } = await show({ ...RUN, counts: { ...COUNTS, refused: 0, scoresChanged: 0, ranksChanged: 0 } })
  expect(page.text()).toContain('Nothing would change.')
})

it('is asked for, watched and stopped', async () => {
  const asked = await show(null)
  await asked.page.get('button').trigger('click')
  expect(asked.post.mock.calls[0]![0]).toBe('/api/competitions/{competition}/dry-runs/')
  const running = await show({ ...RUN, status: 'running', progress: 0.4, counts: null })
  expect(running.page.text()).toContain('40% scored on trial')
  await running.page.get('button').trigger('click')
  expect(running.post.mock.calls.at(-1)![0]).toBe('/api/competitions/{competition}/dry-runs/{id}/cancel/')
})
