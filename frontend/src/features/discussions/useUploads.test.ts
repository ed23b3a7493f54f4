import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { ApiError } from '@/shared/api/errors'
import { inSetup } from '@/shared/testing/inSetup'
import { useToasts } from '@/shared/toasts'
import { useTextArea } from './useTextArea'
import { useUploads } from './useUploads'

type Answer = { markdown: string } | Error

async function editor(written: string) {
  const answers = new Map<string, (answer: Answer) => void>()
  const send = (file: File) =>
    new Promise<{ markdown: string }>((resolve, reject) =>
      answers.set(file.name, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
    )
  const text = ref(written)
  const onBusy = vi.fn()
  const { result } = await inSetup(() => ({ ...useUploads(useTextArea(text, ref(null)), { send, onBusy }), toasts: useToasts() }))
  return { text, onBusy, ...result, answer: (name: string, said: Answer) => (answers.get(name)!(said), flushPromises()) }
}
const file = (name: string) => new File(['x'], name)

it('holds a place in the text for a file until it has arrived', async () => {
  const { text, onBusy, takeAll, answer, uploading } = await editor('Look:')
  void takeAll([file('plot.png')])
  await flushPromises()
  expect(text.value).toMatch(/^Look:\n!\[.*plot\.png.* #1\]\(\)\n$/)
  expect(uploading.value).toBe(1)
  await answer('plot.png', { markdown: '![plot](/plot.png)' })
  expect(text.value).toBe('Look:\n![plot](/plot.png)\n')
  expect(onBusy.mock.calls).toEqual([[true], [false]])
})

it('puts two files of one name where each was dropped, whichever comes first', async () => {
  const { text, takeAll, answer } = await editor('')
  void takeAll([file('a.png'), file('b.png')])
  await flushPromises()
  await answer('b.png', { markdown: 'B' })
  await answer('a.png', { markdown: 'A' })
  expect(text.value.split('\n').filter(Boolean).sort()).toEqual(['A', 'B'])
})

it('keeps what was written while a file was on its way', async () => {
  const { text, takeAll, answer } = await editor('')
  void takeAll([file('a.png')])
  await flushPromises()
  text.value += 'and then'
  await answer('a.png', { markdown: 'A' })
  expect(text.value).toBe('A\nand then')
})

it('takes the place away again when the server refuses, and says why', async () => {
  const { text, takeAll, answer, toasts, uploading } = await editor('Look:\n')
  void takeAll([file('big.zip')])
  await flushPromises()
  await answer('big.zip', new ApiError(400, [{ code: 'too_large', detail: 'Too large.', attr: null }]))
  expect(text.value).toBe('Look:\n')
  expect(toasts.queue.map(({ text: said }) => said)).toEqual(['big.zip: Too large.'])
  expect(uploading.value).toBe(0)
})

it('lets no file name close the picture that holds its place', async () => {
  const { text, takeAll } = await editor('')
  void takeAll([file('a](b).png')])
  await flushPromises()
  expect(text.value).toContain('a(b).png')
})
