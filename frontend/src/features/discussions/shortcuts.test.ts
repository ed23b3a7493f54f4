import { expect, it } from 'vitest'
import { mentionKeyOf, shortcutOf } from './shortcuts'

const press = (key: string, held: 'ctrl' | 'meta' | null = null) => ({ key, ctrlKey: held === 'ctrl', metaKey: held === 'meta' })

it.each([
  [press('b', 'ctrl'), false, { tool: 'bold' }],
  [press('B', 'ctrl'), false, { tool: 'bold' }],
  [press('i', 'meta'), true, { tool: 'italic' }],
  [press('k', 'ctrl'), false, { tool: 'link' }],
  [press('e', 'ctrl'), false, { tool: 'code' }],
  [press('Enter', 'ctrl'), false, 'send'],
  [press('Enter'), false, null],
  [press('b'), false, null],
  [press('b', 'ctrl'), true, null],
  [press('b', 'meta'), false, null],
  [press('z', 'ctrl'), false, null],
])('%j on a Mac: %s asks for %j', (pressed, isMac, asked) => {
  expect(shortcutOf(pressed, isMac)).toEqual(asked)
})

it.each([
  ['ArrowDown', 'next'],
  ['ArrowUp', 'previous'],
  ['Enter', 'choose'],
  ['Tab', 'choose'],
  ['Escape', 'close'],
  ['a', null],
])('%s in the list of people: %s', (key, act) => {
  expect(mentionKeyOf(key)).toBe(act)
})
