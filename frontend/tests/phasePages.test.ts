import { PiniaColada, useQueryCache } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { defineComponent, h, onMounted, onUnmounted } from 'vue'
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router'
import { routes } from 'vue-router/auto-routes'
import CompetitionFrame from '@/pages/competitions/[slug].vue'
import type { Competition } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'

afterEach(() => void vi.restoreAllMocks())

const FACTS = { state: 'running', startsAt: '2026-11-01T00:00:00Z', endsAt: '2099-12-01T00:00:00Z', confirmedAt: null }
const phase = (number: number, isCurrent: boolean) => ({ ...FACTS, number, name: `Round ${number}`, isCurrent })
const cup = (...phases: ReturnType<typeof phase>[]) => ({ ...FACTS, slug: 'cup', title: 'Cup', scoreDigits: 5, myTeam: null, phases })

/** A page that says which phase it is given, and tells when it comes and goes. */
const lives: string[] = []
const page = (name: string) =>
  defineComponent({
    props: { competition: { type: Object, required: true } },
    setup(props: { competition: object }) {
      const given = () => props.competition as Competition
      const { phase = '–' } = given()
      onMounted(() => lives.push(`+${name} ${phase}`))
      onUnmounted(() => lives.push(`-${name} ${phase}`))
      return () => h('p', { class: 'page-inside' }, `${name} ${given().phase ?? '–'} ${given().scoreDigits}`)
    },
  })

async function show(competition: object, at: string) {
  lives.length = 0
  const given = { competition }
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (request) => {
    const number = /phases\/(\d+)\//.exec((request as Request).url)?.[1]
    const body = number ? { ...phase(Number(number), false), scoreDigits: Number(number) } : given.competition
    return new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  })
  const children = [
    { path: 'leaderboard', component: page('leaderboard'), meta: { ofPhase: true } },
    { path: 'team', component: page('team') },
  ]
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/competitions/:slug', name: '/competitions/[slug]', component: CompetitionFrame, children }] })
  await router.push(at)
  const stubs = ['CompetitionHeader', 'CompetitionTabs', 'RulesChanged', 'DropAnywhere']
  const pinia = createPinia()
  const frame = mount({ template: '<RouterView />' }, { global: { plugins: [pinia, PiniaColada, router, vuetify], stubs } })
  await flushPromises()
  const inside = () => frame.find('.page-inside').text()
  const buttons = () => frame.findAll('[role="group"] button')
  const readAgain = async () => {
    await useQueryCache(pinia).invalidateQueries({ key: ['competitions', 'cup'] })
    await flushPromises()
  }
  return { frame, router, inside, buttons, given, readAgain }
}

it('shows no switch and names no phase where there is one', async () => {
  const { inside, frame } = await show(cup(phase(1, true)), '/competitions/cup/leaderboard?phase=1')
  expect(inside()).toBe('leaderboard – 5')
  expect(frame.text()).not.toMatch(/phase|round/i)
})

it('begins with the current phase, goes over to the one that is chosen, and makes the page anew', async () => {
  const { inside, buttons, router } = await show(cup(phase(1, false), phase(2, true)), '/competitions/cup/leaderboard')
  expect(inside()).toBe('leaderboard 2 5')
  expect(buttons().map((button) => button.attributes('aria-pressed'))).toEqual(['false', 'true'])
  await buttons()[0]!.trigger('click')
  await flushPromises()
  expect(router.currentRoute.value.fullPath).toBe('/competitions/cup/leaderboard?phase=1')
  expect(inside()).toBe('leaderboard 1 1')
  expect(lives).toEqual(['+leaderboard 2', '-leaderboard 2', '+leaderboard 1'])
})

it('keeps the page of a phase, with what is being sent there, while another one becomes the current one', async () => {
  const { inside, buttons, given, readAgain } = await show(cup(phase(1, false), phase(2, true)), '/competitions/cup/leaderboard')
  given.competition = cup(phase(1, false), phase(2, false), phase(3, true))
  await readAgain()
  expect(buttons()).toHaveLength(3)
  expect(inside()).toBe('leaderboard 2 2')
  expect(lives).toEqual(['+leaderboard 2'])
})

it('shows the competition as a whole, and no switch, on a page that is of no phase', async () => {
  const { inside, buttons, router } = await show(cup(phase(1, false), phase(2, true)), '/competitions/cup/leaderboard?phase=1')
  expect(inside()).toBe('leaderboard 1 1')
  await router.push('/competitions/cup/team')
  await flushPromises()
  expect([inside(), buttons().length]).toEqual(['team – 5', 0])
})

it('has these pages about one phase', () => {
  const ofPhase: string[] = []
  const walk = (records: readonly RouteRecordRaw[]) =>
    records.forEach((record) => {
      if (record.meta?.ofPhase) ofPhase.push(String(record.name).replace('/competitions/[slug]/', ''))
      walk(record.children ?? [])
    })
  walk(routes)
  expect(ofPhase.sort()).toEqual(['baselines', 'class', 'data', 'integrity', 'leaderboard', 'manage', 'metric', 'race', 'submissions', 'submit'])
})
