import { PiniaColada } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import type { Competition, Team } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import * as queries from './queries'
import TeamBrackets from './TeamBrackets.vue'

afterEach(() => void vi.restoreAllMocks())

const competition = {
  slug: 'cup',
  timeZone: 'UTC',
  entryDeadline: null,
  endsAt: '2026-11-21T17:00:00Z',
  brackets: [
    { slug: 'student', name: 'Students', description: '', chosenBy: 'teams', position: 0 },
    { slug: 'sponsor', name: 'Sponsor', description: '', chosenBy: 'hosts', position: 1 },
  ],
} as unknown as Competition

function show(team: Partial<Team>) {
  const props = { competition, team: { id: 7, competition: 'cup', brackets: [], canChooseBrackets: false, ...team } as unknown as Team }
  return mount(TeamBrackets, { props, global: { plugins: [createPinia(), PiniaColada, vuetify], stubs: ['i18n-t'] } })
}

it('lets the owner choose of those that teams choose', async () => {
  const save = vi.spyOn(queries, 'setBrackets').mockResolvedValue({} as Team)
  const page = show({ brackets: ['sponsor'], canChooseBrackets: true })
  expect(page.get('.known').text()).toBe('Sponsor')
  const boxes = page.findAll('input[type="checkbox"]')
  expect(boxes).toHaveLength(1)
  expect(page.get('button[type="submit"]').attributes('disabled')).toBeDefined()
  await boxes[0]?.setValue(true)
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(save).toHaveBeenCalledWith(7, ['student'])
})

it('only tells them to everybody else, and once it is too late', () => {
  const page = show({ brackets: ['student', 'sponsor'] })
  expect(page.findAll('li').map((one) => one.text())).toEqual(['Students', 'Sponsor'])
  expect(page.find('form').exists()).toBe(false)
  expect(show({}).text()).toContain('no bracket')
})
