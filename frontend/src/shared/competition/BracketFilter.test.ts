import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { Bracket } from '@/shared/api/models'
import BracketFilter from './BracketFilter.vue'

const STUDENT: Bracket = { slug: 'student', name: 'Students', description: 'Everybody studies.', chosenBy: 'teams', position: 0 }

it('offers all teams and each bracket, and says which one is chosen', async () => {
  const filter = mount(BracketFilter, { props: { brackets: [STUDENT], modelValue: 'student' } })
  const buttons = filter.findAll('button')
  expect(buttons.map((button) => [button.text(), button.attributes('aria-pressed')])).toEqual([
    ['All teams', 'false'],
    ['Students', 'true'],
  ])
  expect(filter.get('[role="group"]').attributes('aria-label')).toBe('Brackets')
  await buttons[0]?.trigger('click')
  expect(filter.emitted('update:modelValue')).toEqual([['']])
})
