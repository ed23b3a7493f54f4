import { PiniaColada } from '@pinia/colada'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { ApiError, NetworkError } from '@/shared/api/errors'
import type { Submission, Submitted } from '@/shared/api/models'
import * as uploads from '@/shared/api/upload'
import * as queries from './queries'
import { useSubmit } from './useSubmit'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const form = { team: 1, file: new File(['id'], 'submission.csv'), memo: '', cvScore: null }
const waiting = { submission: { id: 7, status: 'pending', problems: [] }, result: null } as unknown as Submitted

function use() {
  let result: ReturnType<typeof useSubmit>
  const plugins = [createPinia(), PiniaColada]
  mount(defineComponent({ setup: () => ((result = useSubmit(() => 'cup')), () => h('div')) }), { global: { plugins } })
  return result!
}

it('watches a queued file over a broken line until it is scored', async () => {
  vi.spyOn(queries, 'submit').mockResolvedValue(waiting)
  const scored = { ...waiting.submission, status: 'scored' } as Submission
  vi.spyOn(queries, 'readSubmission')
    .mockRejectedValueOnce(new NetworkError())
    .mockRejectedValueOnce(new ApiError(503, []))
    .mockResolvedValueOnce(scored)
  const way = use()
  const sent = way.start(form)
  await flushPromises()
  for (let look = 0; look < 2; look += 1) {
    await vi.advanceTimersByTimeAsync(2000)
    expect(way.stage.value).toBe('queued')
  }
  await vi.advanceTimersByTimeAsync(2000)
  await sent
  expect(way.stage.value).toBe('scored')
})

it('keeps apart a file that was refused and a session that had ended', async () => {
  vi.spyOn(queries, 'submit').mockRejectedValueOnce(new ApiError(401, [])).mockRejectedValueOnce(new ApiError(400, []))
  const way = use()
  await way.start(form)
  expect(way.stage.value).toBe('signedOut')
  await way.start(form)
  expect(way.stage.value).toBe('refused')
})

it.each([
  [true, 'lost'],
  [false, 'failed'],
])('says of a line that broke, the file having left: %s, that it is %s', async (hasLeft, stage) => {
  vi.spyOn(queries, 'submit').mockImplementation((_, { onProgress }) => {
    onProgress?.(hasLeft ? 1 : 0.5)
    return Promise.reject(new NetworkError())
  })
  const way = use()
  await way.start(form)
  expect(way.stage.value).toBe(stage)
})

it.each([
  ['names the phase that a file goes into', 2, '2'],
  ['names none where there is one phase', undefined, null],
])('%s', async (_, phase, sent) => {
  const send = vi.spyOn(uploads, 'upload').mockResolvedValue({ status: 201, body: waiting })
  await queries.submit({ ...form, phase }, {})
  expect(send.mock.calls[0]![1].get('phase')).toBe(sent)
})
