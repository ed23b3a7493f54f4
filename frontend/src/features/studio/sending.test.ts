import { PiniaColada } from '@pinia/colada'
import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { createApp } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError, NetworkError } from '@/shared/api/errors'
import type { SourceUpload } from '@/shared/api/models'
import { remember } from './begun'
import { bench } from './bench.testing'
import * as queries from './queries'
import { PAUSE, useSending } from './sending'

const upload = { id: 'u1', name: 'train.csv', size: 5, partSize: 2, partCount: 3, missing: [1, 2, 3], state: 'open', expiresAt: '' } as SourceUpload
const FILE = new File(['abcde'], 'train.csv')

/** Without anything that another page knew. */
function openPage() {
  const app = createApp({})
  const pinia = createPinia()
  app.use(pinia).use(PiniaColada)
  setActivePinia(pinia)
}

beforeEach(() => {
  localStorage.clear()
  openPage()
  vi.spyOn(queries, 'beginUpload').mockResolvedValue(upload)
  vi.spyOn(queries, 'completeUpload').mockResolvedValue(upload)
  vi.spyOn(queries, 'abortUpload').mockResolvedValue(null)
  vi.spyOn(queries, 'readSources').mockResolvedValue(bench())
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('sends a file part by part, and has the files looked at once all are there', async () => {
  const put = vi.spyOn(queries, 'putPart').mockResolvedValue()
  const sending = useSending()
  sending.add('cup', [{ name: 'train.csv', file: FILE }, { name: 'test.csv', file: FILE }])
  expect(sending.isBusy).toBe(true)
  await flushPromises()
  expect(put.mock.calls.map(([slug, id, number, bytes]) => [slug, id, number, bytes.size])).toEqual([1, 2, 3, 1, 2, 3].map((number) => ['cup', 'u1', number, number === 3 ? 1 : 2]))
  expect(queries.readSources).toHaveBeenCalledExactlyOnceWith('cup')
  expect(sending.files).toEqual([])
})

it('sends a part again that did not get through', async () => {
  vi.useFakeTimers()
  const put = vi.spyOn(queries, 'putPart').mockRejectedValueOnce(new NetworkError()).mockResolvedValue()
  const sending = useSending()
  sending.add('cup', [{ name: 'train.csv', file: FILE }])
  await vi.advanceTimersByTimeAsync(PAUSE * 2)
  expect(put.mock.calls.map(([, , number]) => number)).toEqual([1, 1, 2, 3])
  expect(queries.readSources).toHaveBeenCalledOnce()
})

it('keeps what was refused, says why, and goes on from the part it came to', async () => {
  const refused = new ApiError(413, [{ code: 'file_too_large', detail: 'Too large.', attr: null }])
  const put = vi.spyOn(queries, 'putPart').mockResolvedValueOnce().mockRejectedValueOnce(refused).mockResolvedValue()
  const sending = useSending()
  sending.add('cup', [{ name: 'train.csv', file: FILE }])
  await flushPromises()
  expect(sending.files[0]).toMatchObject({ state: 'failed', error: refused })
  expect(sending.isBusy).toBe(false)
  expect(queries.readSources).not.toHaveBeenCalled()
  sending.retry(sending.files[0]!)
  await flushPromises()
  expect(put.mock.calls.map(([, , number]) => number)).toEqual([1, 2, 2, 3])
  expect(queries.beginUpload).toHaveBeenCalledOnce()
  expect(queries.readSources).toHaveBeenCalledOnce()
})

it('forgets what is cancelled, on the server too, and goes on with the rest', async () => {
  vi.spyOn(queries, 'putPart').mockImplementation(async (...[, , , , , signal]) => {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError'))))
  })
  const sending = useSending()
  sending.add('cup', [{ name: 'train.csv', file: FILE }])
  await flushPromises()
  sending.cancel(sending.files[0]!)
  await flushPromises()
  expect(queries.abortUpload).toHaveBeenCalledWith('cup', 'u1')
  expect(sending.files).toEqual([])
  expect(queries.readSources).not.toHaveBeenCalled()
})

it('goes on with the same file after the page was left, and begins with another of its name', async () => {
  const put = vi.spyOn(queries, 'putPart').mockResolvedValueOnce().mockRejectedValueOnce(new ApiError(400, []))
  const sending = useSending()
  sending.add('cup', [{ name: 'train.csv', file: FILE }])
  await flushPromises()
  put.mockReset().mockResolvedValue()
  sending.$dispose()
  openPage()
  useSending().add('cup', [{ name: 'train.csv', file: FILE }], [{ ...upload, missing: [2, 3] }])
  await flushPromises()
  expect(put.mock.calls.map(([, , number, bytes]) => [number, bytes.size])).toEqual([
    [2, 2],
    [3, 1],
  ])
  expect(queries.beginUpload).toHaveBeenCalledOnce()
  expect(queries.abortUpload).not.toHaveBeenCalled()
})

it.each([
  ['was written since', new File(['vwxyz'], 'train.csv', { lastModified: 1 })],
  ['is longer', new File(['abcdef'], 'train.csv', { lastModified: FILE.lastModified })],
])('sends a file from its beginning that %s', async (_, file) => {
  const put = vi.spyOn(queries, 'putPart').mockResolvedValue()
  remember(upload, FILE)
  useSending().add('cup', [{ name: 'train.csv', file }], [{ ...upload, missing: [3] }])
  await flushPromises()
  expect(queries.abortUpload).toHaveBeenCalledWith('cup', 'u1')
  expect(put.mock.calls.map(([, , number]) => number)).toEqual([1, 2, 3])
})

it('forgets what was begun before under the same name', async () => {
  vi.spyOn(queries, 'putPart').mockResolvedValue()
  useSending().add('cup', [{ name: 'train.csv', file: FILE }], [{ ...upload, id: 'old' }])
  await flushPromises()
  expect(queries.abortUpload).toHaveBeenCalledWith('cup', 'old')
})
