import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { button, draft, press, show } from './bench.testing'
import NewDraft from './NewDraft.vue'
import * as queries from './queries'

afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

it('makes a draft of the title, and goes on in its studio', async () => {
  const create = vi.spyOn(queries, 'createDraft').mockResolvedValue(draft())
  const page = await show(NewDraft, {})
  expect(button('Create draft')?.disabled).toBe(true)
  await page.get('input[type=text]').setValue(' Cup ')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(create).toHaveBeenCalledWith('Cup')
})

it('lists what was chosen, to be taken away again', async () => {
  const page = await show(NewDraft, {})
  const input = page.get('input[type=file]')
  Object.defineProperty(input.element, 'files', { value: [new File(['a'], 'train.csv')] })
  await input.trigger('change')
  expect(page.get('ul').text()).toContain('train.csv')
  press('Remove train.csv')
  await flushPromises()
  expect(page.find('ul').exists()).toBe(false)
})

it('says to who may not that they may not', async () => {
  const page = await show(NewDraft, {}, { mayCreate: false })
  expect(page.find('form').exists()).toBe(false)
  expect(page.text()).toContain('You have not been given the permission to create competitions')
})
