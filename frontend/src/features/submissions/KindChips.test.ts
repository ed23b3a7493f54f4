import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import KindChips from './KindChips.vue'

const KINDS = [
  { code: 'empty', name: 'Empty cell', count: 2 },
  { code: 'not_a_number', name: 'Not a number', count: 3 },
]

it('counts each kind, and goes back to all of them by a second click', async () => {
  const chips = mount(KindChips, { props: { kinds: KINDS, modelValue: 'empty' } })
  const buttons = chips.findAll('button')
  expect(buttons.map((button) => [button.text(), button.attributes('aria-pressed')])).toEqual([
    ['All 5', 'false'],
    ['Empty cell 2', 'true'],
    ['Not a number 3', 'false'],
  ])
  await buttons[2]?.trigger('click')
  await buttons[2]?.trigger('click')
  expect(chips.emitted('update:modelValue')).toEqual([['not_a_number'], [null]])
})

it('offers no choice of all where there is one kind', () => {
  const chips = mount(KindChips, { props: { kinds: KINDS.slice(0, 1), modelValue: null } })
  expect(chips.findAll('button')).toHaveLength(1)
})
