import { expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { useBoardKeys } from './useBoardKeys'

function use(count = 3, mine: number | null = 2) {
  const acts = { count: () => count, focus: vi.fn(), search: vi.fn(), mine: () => mine, help: vi.fn() }
  const scope = effectScope()
  scope.run(() => useBoardKeys(acts))
  return { ...acts, scope }
}
const press = (key: string, from: EventTarget = document.body, more = {}) =>
  from.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }))

it('goes down and up, and stops at the ends', () => {
  const { focus, scope } = use()
  for (const key of ['k', 'j', 'j', 'j', 'k']) press(key)
  expect(focus.mock.calls.map(([index]) => index)).toEqual([0, 1, 2, 2, 1])
  scope.stop()
})

it('goes to the own row, searches, and helps', () => {
  const { focus, search, help, scope } = use()
  for (const key of ['m', '/', '?']) press(key)
  expect(focus).toHaveBeenCalledExactlyOnceWith(2)
  expect(search).toHaveBeenCalledOnce()
  expect(help).toHaveBeenCalledOnce()
  scope.stop()
})

it('leaves alone who writes, and the keys of the browser', () => {
  const { focus, search, scope } = use()
  const field = document.body.appendChild(document.createElement('input'))
  press('j', field)
  press('/', field)
  press('j', document.body, { ctrlKey: true })
  expect(focus).not.toHaveBeenCalled()
  expect(search).not.toHaveBeenCalled()
  scope.stop()
})

it('does nothing on an empty board', () => {
  const { focus, scope } = use(0, null)
  press('j')
  expect(focus).not.toHaveBeenCalled()
  scope.stop()
})
