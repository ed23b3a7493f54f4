import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import type { Competition, PhaseRef } from '@/shared/api/models'
import { inSetup } from '@/shared/testing/inSetup'
import { useCompetitionIn } from './queries'

afterEach(() => void vi.restoreAllMocks())

const phase = (number: number, isCurrent: boolean) => ({ number, name: '', isCurrent }) as PhaseRef
const CUP = { slug: 'cup', scoreDigits: 5, state: 'running' } as unknown as Competition
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

async function show(shown: PhaseRef | null, whole: Competition | undefined = CUP) {
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async (request) => {
    const number = Number(/phases\/(\d+)/.exec((request as Request).url)![1])
    return json({ number, name: 'First', scoreDigits: number, state: 'confirmed' })
  })
  const [competition, looked] = [shallowRef<Competition | undefined>(whole), ref(shown)]
  const { result } = await inSetup(() => useCompetitionIn(competition, looked))
  const before = result.data.value
  await flushPromises()
  return { ...result, before, competition, looked, fetch }
}

it('asks for nothing and changes nothing where there is one phase', async () => {
  const { data, fetch } = await show(null)
  expect(data.value).toBe(CUP)
  expect(fetch).not.toHaveBeenCalled()
})

it('knows the current phase from what is said of the competition', async () => {
  const { data, fetch } = await show(phase(2, true))
  expect(data.value).toEqual({ ...CUP, phase: 2 })
  expect(fetch).not.toHaveBeenCalled()
})

it('asks for the facts of another phase, and shows nothing of the current one meanwhile', async () => {
  const { before, data, looked } = await show(phase(1, false))
  expect(before).toBeUndefined()
  expect(data.value).toMatchObject({ slug: 'cup', phase: 1, scoreDigits: 1, state: 'confirmed' })
  looked.value = phase(3, false)
  expect(data.value).toBeUndefined()
  await flushPromises()
  expect(data.value).toMatchObject({ phase: 3, scoreDigits: 3 })
})

it('keeps the page of a phase while another one becomes the current one', async () => {
  const { data, looked, competition } = await show(phase(2, true))
  competition.value = { ...CUP, scoreDigits: 9 }
  expect(data.value).toMatchObject({ phase: 2, scoreDigits: 9 })
  looked.value = phase(2, false)
  expect(data.value).toMatchObject({ phase: 2 })
  await flushPromises()
  expect(data.value).toMatchObject({ phase: 2, scoreDigits: 2, state: 'confirmed' })
})

it('says what went wrong', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => json({ errors: [] }, 500))
  const { result } = await inSetup(() => useCompetitionIn(CUP, phase(1, false)))
  await flushPromises()
  expect(result.data.value).toBeUndefined()
  expect(result.error.value).toBeTruthy()
})
