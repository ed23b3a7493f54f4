import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { answers, bench, button, draft, NO_PLAN, press, PRESETS, read, show } from './bench.testing'
import StudioDesk from './StudioDesk.vue'

afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

// The whole page is large: what a step does is said in the test of the steps.
const API = '/api/competitions/cup'
async function desk(routes: Record<string, unknown>, competition = draft()) {
  const api = answers({ [`GET ${API}/readiness/`]: { canBePublished: true, findings: [] }, [`GET ${API}/pages/`]: [], [`GET ${API}/publication/`]: NO_PLAN, 'GET /api/competition-presets/': PRESETS, 'GET /api/metrics/': [], ...routes })
  vi.spyOn(globalThis, 'fetch').mockImplementation(api.reply)
  const page = await show(StudioDesk, { competition })
  await flushPromises()
  return { page, sent: api.sent }
}

it('begins with the files, and says of every other step what it follows from', async () => {
  const { page } = await desk({ [`GET ${API}/workbench/`]: bench() })
  const states = page.findAll('nav li').map((item) => item.text())
  expect(states).toEqual(['Files(to do)', 'Columns(to do)', 'Split(to do)', 'Metric(to do)', 'Make the competition(to do)', expect.stringContaining('Clock and rules'), 'Words(to do)', 'Publish(to do)'])
  expect(page.get('#columns').text()).toContain('This follows from the files.')
}, 120_000)

it('makes the competition, says what it is at, and can be stopped', async () => {
  const job = { kind: 'make', step: 'training', progress: 0.4 }
  const routes = { [`GET ${API}/workbench/`]: read(), [`POST ${API}/workbench/make/`]: read({ job }), [`POST ${API}/workbench/stop/`]: read() }
  const { page, sent } = await desk(routes)
  press('Make the competition')
  await flushPromises()
  expect(page.get('#make').text()).toContain('Training the baselines …')
  expect(page.get('#make').text()).toContain('40%')
  sent.length = 0
  press('Stop')
  await flushPromises()
  expect(button('Make the competition')).toBeDefined()
  // What was made may have changed what is known of the competition.
  expect(sent.map(({ route }) => route)).toContain(`GET ${API}/readiness/`)
}, 120_000)

it('shows where it is once it is published, and no step any more', async () => {
  const competition = draft({ isPublished: true, visibility: 'invitation', invitationCode: 'abcd2345' })
  const { page } = await desk({ [`GET ${API}/workbench/`]: bench({ isOpen: false }) }, competition)
  expect(page.text()).toContain('The competition is published')
  expect(page.get('output').text()).toMatch(/\/competitions\/cup$/)
  expect(page.text()).toContain('abcd2345')
  expect(page.find('#files').exists()).toBe(false)
})
