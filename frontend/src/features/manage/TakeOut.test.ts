import { PiniaColada } from '@pinia/colada'
import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import type { Competition } from '@/shared/api/models'
import { useSession } from '@/shared/session'
import { vuetify } from '@/shared/vuetify'
import TakeOut from './TakeOut.vue'

vi.mock('vue-router', () => ({ useRouter: () => ({ push: vi.fn() }) }))

function show(confirmed: (string | null)[], mayCreateCompetitions = true) {
  const pinia = createPinia()
  Object.assign(useSession(pinia), { session: { user: { username: 'host', mayCreateCompetitions } } })
  const competition = { slug: 'cup', title: 'Cup', phases: confirmed.map((confirmedAt) => ({ confirmedAt })) } as unknown as Competition
  return mount(TakeOut, { props: { competition }, global: { plugins: [pinia, PiniaColada, vuetify] } })
}
const links = (page: ReturnType<typeof show>) => page.findAll('a').map((link) => link.attributes('href'))

it.each([[[null]], [['2026-06-11T00:00:00Z', null]]])('offers no archive while a phase is not confirmed: %j', (confirmed) => {
  const page = show(confirmed)
  expect(links(page)).toEqual(['/api/competitions/cup/bundle/'])
  expect(page.text()).toContain('once the result of every phase is confirmed')
})

it('offers the archive by pseudonyms unless somebody wants the names', async () => {
  const page = show(['2026-06-11T00:00:00Z', '2026-06-21T00:00:00Z'])
  expect(links(page)).toEqual(['/api/competitions/cup/bundle/', '/api/competitions/cup/archive/?pseudonyms=true'])
  expect(page.text()).toContain('Look through it before you publish it')
  await page.get('input[type=checkbox]').setValue(false)
  expect(links(page)[1]).toBe('/api/competitions/cup/archive/?pseudonyms=false')
  expect(page.text()).not.toContain('Look through it before you publish it')
})

it('offers no copy to who may not create competitions', () => {
  expect(show([null]).text()).toContain('Make a copy')
  expect(show([null], false).text()).not.toContain('Make a copy')
})
