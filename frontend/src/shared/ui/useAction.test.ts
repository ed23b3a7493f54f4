import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { ApiError, NetworkError } from '@/shared/api/errors'
import { useAction } from './useAction'

function use<T>(composable: () => T): T {
  let result: T
  mount(defineComponent({ setup: () => ((result = composable()), () => h('div')) }))
  return result!
}

it('puts a refusal of a shown field beside the field and the rest above', async () => {
  const refusal = new ApiError(400, [
    { code: 'taken', detail: 'Taken.', attr: 'name' },
    { code: 'closed', detail: 'Closed.', attr: null },
  ])
  const action = use(() => useAction(() => Promise.reject(refusal), ['name']))
  expect(await action.run()).toBe(false)
  expect(action.about('name')).toEqual(['Taken.'])
  expect(action.general.value).toBe('Closed.')
})

it('says what to do when the server is not there', async () => {
  const action = use(() => useAction(() => Promise.reject(new NetworkError())))
  await action.run()
  expect(action.general.value).not.toBe('')
})

it('does one thing at a time', async () => {
  let finish = () => {}
  let runs = 0
  const action = use(() =>
    useAction(() => {
      runs += 1
      return new Promise<void>((resolve) => (finish = resolve))
    }),
  )
  const first = action.run()
  expect(await action.run()).toBe(false)
  finish()
  expect(await first).toBe(true)
  expect(runs).toBe(1)
})
