import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { Bracket } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import BracketChoice from './BracketChoice.vue'

const BRACKETS: Bracket[] = [
  { slug: 'student', name: 'Students', description: 'Everybody studies.', chosenBy: 'teams', position: 0 },
  { slug: 'rookie', name: 'Rookies', description: '', chosenBy: 'teams', position: 1 },
]

it('lets several be chosen, and says who belongs to each', async () => {
  const choice = mount(BracketChoice, { props: { brackets: BRACKETS, modelValue: ['rookie'] }, global: { plugins: [vuetify] } })
  const boxes = choice.findAll<HTMLInputElement>('input[type="checkbox"]')
  expect(boxes.map((box) => box.element.checked)).toEqual([false, true])
  expect(choice.text()).toContain('Everybody studies.')
  await boxes[0]?.setValue(true)
  expect(choice.emitted('update:modelValue')).toEqual([[['rookie', 'student']]])
  await boxes[1]?.setValue(false)
  expect(choice.emitted('update:modelValue')?.[1]).toEqual([['student']])
})

it('tells what the server refuses', () => {
  const choice = mount(BracketChoice, { props: { brackets: BRACKETS, modelValue: [], errors: ['No such bracket.'] }, global: { plugins: [vuetify] } })
  expect(choice.get('[role="alert"]').text()).toBe('No such bracket.')
})
