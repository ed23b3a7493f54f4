import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { Bracket, PrivateRow } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import RevealStage from './RevealStage.vue'

const BRACKETS = [
  { slug: 'student', name: 'Students' },
  { slug: 'empty', name: 'Nobody' },
  { slug: 'rookie', name: 'Rookies' },
] as Bracket[]

const row = (rank: number, ...brackets: string[]) =>
  ({ rank, team: { id: rank, name: `Team ${rank}` }, members: [], score: 1 / rank, brackets, change: 0, numbers: [] }) as unknown as PrivateRow

function reveal() {
  const rows = [row(1), row(2, 'student', 'rookie'), row(3, 'student')]
  const zones = { gold: 1, silver: 2, bronze: 3 }
  return mount(RevealStage, { props: { rows, brackets: BRACKETS, digits: 3, zones, isPreview: false }, global: { plugins: [vuetify] }, attachTo: document.body })
}

async function press(key: string) {
  window.dispatchEvent(new KeyboardEvent('keydown', { key }))
  await nextTick()
}

let stage: ReturnType<typeof reveal>
afterEach(() => stage.unmount())

it('shows the first three of each bracket after the winner, by the keyboard alone', async () => {
  stage = reveal()
  await press('End')
  expect(stage.text()).toContain('Team 1')
  expect(stage.find('.podium').exists()).toBe(false)
  expect(stage.text()).toContain('2 brackets to come')
  await press(' ')
  expect(stage.get('.podium').text()).toContain('Students')
  expect(stage.findAll('.place__title').map((place) => place.text())).toEqual(['Team 2', 'Team 3'])
  expect(stage.text()).toContain('1 bracket to come')
  await press('ArrowRight')
  expect(stage.get('.podium').text()).toContain('Rookies')
  expect(stage.findAll('.place__title').map((place) => place.text())).toEqual(['Team 2'])
  expect(stage.text()).toContain('2nd overall')
  await press(' ')
  expect(stage.get('.podium').text()).toContain('Rookies')
  await press('ArrowLeft')
  await press('ArrowLeft')
  expect(stage.find('.podium').exists()).toBe(false)
  await press('End')
  await press('End')
  expect(stage.get('.podium').text()).toContain('Rookies')
})

it('says before the winner nothing of any bracket', async () => {
  stage = reveal()
  await press(' ')
  await press(' ')
  expect(stage.text()).not.toContain('Students')
  expect(stage.text()).not.toContain('Rookies')
})
