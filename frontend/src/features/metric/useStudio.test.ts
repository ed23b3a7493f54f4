import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import type { OwnMetric, OwnMetricWithSource } from '@/shared/api/models'
import { inSetup } from '@/shared/testing/inSetup'
import * as queries from './queries'
import { PAUSE, useStudio } from './useStudio'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const CUP = { slug: 'cup' }
const parameter = (name: string) => ({ name, kind: 'float', default: 1, isRequired: false, isOptional: false })
const signature = (...names: string[]) => ({ parameters: names.map(parameter), description: '' })
const kept = {
  ...{ version: 3, source: 'def score(): …', filename: 'mae.py', direction: 'larger_is_better', ranked: '', isShown: true },
  ...{ parameters: [parameter('power')], params: { power: 2 } },
} as unknown as OwnMetricWithSource

async function studio() {
  const { result } = await inSetup(() => useStudio(CUP))
  return result
}

it('reads the parameters into fields once somebody rests', async () => {
  const asked = vi.spyOn(queries, 'readSignature').mockResolvedValue(signature('power', 'floor'))
  const way = await studio()
  for (const text of ['d', 'de', 'def']) {
    way.draft.source = text
    await vi.advanceTimersByTimeAsync(PAUSE / 2)
  }
  expect(asked).not.toHaveBeenCalled()
  expect(way.isValid.value).toBe(false)
  await vi.advanceTimersByTimeAsync(PAUSE)
  expect(asked.mock.calls).toEqual([[CUP, 'def']])
  expect(way.fields.value.map(({ name }) => name)).toEqual(['power', 'floor'])
  expect(way.isValid.value).toBe(true)
})

it('says what is wrong and where, and keeps the fields meanwhile', async () => {
  const problem = { code: 'metric_syntax', detail: 'No Python in line 7.', attr: 'file', params: { line: 7 } }
  vi.spyOn(queries, 'readSignature').mockResolvedValueOnce(signature('power')).mockRejectedValueOnce(new ApiError(400, [problem]))
  const way = await studio()
  await way.readSource()
  await way.readSource()
  expect(way.fault.value).toEqual({ text: 'No Python in line 7.', line: 7 })
  expect(way.fields.value.map(({ name }) => name)).toEqual(['power'])
  expect(way.isValid.value).toBe(false)
})

it('forgets an answer about a text that was changed meanwhile', async () => {
  let late!: (value: ReturnType<typeof signature>) => void
  vi.spyOn(queries, 'readSignature')
    .mockReturnValueOnce(new Promise((resolve) => (late = resolve)))
    .mockResolvedValueOnce(signature('new'))
  const way = await studio()
  const first = way.readSource()
  await way.readSource()
  late(signature('old'))
  await first
  expect(way.fields.value.map(({ name }) => name)).toEqual(['new'])
})

it('is no fault of the text that the server is away', async () => {
  vi.spyOn(queries, 'readSignature').mockRejectedValue(new ApiError(503, []))
  const way = await studio()
  await way.readSource()
  expect([way.fault.value, way.isReading.value]).toEqual([null, false])
})

it('makes another version only of what differs', async () => {
  const keep = vi.spyOn(queries, 'keepVersion').mockResolvedValue({ version: 4 } as OwnMetric)
  const tried = vi.spyOn(queries, 'tryVersion').mockResolvedValue({} as OwnMetric)
  const way = await studio()
  way.take(kept)
  expect([way.isChanged.value, way.typed.power]).toEqual([false, '2'])
  await way.tryOut()
  expect(keep).not.toHaveBeenCalled()
  expect(tried).toHaveBeenLastCalledWith(CUP, 3)

  way.typed.power = '3'
  expect(way.isTouched.value).toBe(true)
  await way.tryOut()
  expect(keep.mock.calls[0]![1]).toMatchObject({ params: { power: 3 }, direction: 'larger_is_better', filename: 'mae.py' })
  expect(tried).toHaveBeenLastCalledWith(CUP, 4)
  expect([way.isChanged.value, way.version.value]).toEqual([false, 4])
})

it('takes the names of further values along, and leaves the choice to the trial where there are none', async () => {
  const keep = vi.spyOn(queries, 'keepVersion').mockResolvedValue({ version: 4 } as OwnMetric)
  const way = await studio()
  way.take({ ...kept, columns: ['mae', 'bias'] } as OwnMetricWithSource)
  expect([way.draft.columns, way.isChanged.value]).toEqual([['mae', 'bias'], false])
  way.draft.columns = ['bias']
  expect(way.isChanged.value).toBe(true)
  await way.keep()
  expect(keep.mock.calls[0]![1].columns).toEqual(['bias'])
  way.draft.columns = []
  await way.keep()
  expect(keep.mock.calls[1]![1].columns).toBeNull()
})

it('shows no fields of a version before once another one is opened', async () => {
  vi.spyOn(queries, 'readVersion').mockResolvedValue({ ...kept, version: 1, parameters: [], params: {} } as unknown as OwnMetricWithSource)
  const way = await studio()
  way.take(kept)
  await way.open(1)
  await flushPromises()
  expect([way.version.value, way.fields.value, way.read.value.values]).toEqual([1, [], {}])
})

it('has nothing to lose before somebody writes', async () => {
  const way = await studio()
  expect([way.isTouched.value, way.isChanged.value]).toEqual([false, true])
})
