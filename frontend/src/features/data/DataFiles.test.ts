import { PiniaColada } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Competition, DataFile } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import DataFiles from './DataFiles.vue'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-10T00:00:00Z'), toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const PHASES = [
  { number: 1, name: 'Development', startsAt: '2026-11-01T00:00:00Z' },
  { number: 2, name: 'Final', startsAt: '2026-11-12T00:00:00Z' },
]
const file = (name: string, phase: number | null) =>
  ({ id: name.length, name, phase, description: '', size: 10, sha256: '0'.repeat(64), isSampleSubmission: false, url: `/${name}` }) as DataFile

async function show(files: DataFile[], { phases = PHASES, ...more }: Partial<Competition> | { phases: unknown[] } = {}) {
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(JSON.stringify(files), { headers: { 'Content-Type': 'application/json' } }))
  const competition = { slug: 'cup', state: 'running', isEntered: true, isHost: false, phases, ...more } as unknown as Competition
  const page = mount(DataFiles, { props: { competition }, global: { plugins: [createPinia(), PiniaColada, vuetify] } })
  await flushPromises()
  return { names: page.findAll('.file__name').map((one) => one.text()), text: page.text() }
}

it('shows the files of the phase that is looked at, and those of none', async () => {
  const files = [file('train.csv', null), file('dev.csv', 1)]
  expect((await show(files, { phase: 1 })).names).toEqual(['train.csv', 'dev.csv'])
  const final = await show(files, { phase: 2 })
  expect(final.names).toEqual(['train.csv'])
  // The archive has what is open of the other phase too, and says so.
  expect(final.text).toContain('Download all, of every phase')
})

it('says to organisers of a file that waits when the others get it', async () => {
  const { names } = await show([file('train.csv', null), file('final.csv', 2)], { phase: 2, isHost: true })
  expect(names).toEqual(['train.csv', expect.stringMatching(/^final\.csv\s*Organisers only; opens in 2 days$/)])
})

it('knows no phases where there is one', async () => {
  const { names, text } = await show([file('train.csv', null), file('test.csv', null)], { phases: PHASES.slice(0, 1) })
  expect(names).toEqual(['train.csv', 'test.csv'])
  expect(text).toContain('Download all')
  expect(text).not.toMatch(/phase/i)
})
