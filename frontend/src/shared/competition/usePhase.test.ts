import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import type { Competition, PhaseRef } from '@/shared/api/models'
import { inSetup } from '@/shared/testing/inSetup'
import { usePhase } from './usePhase'

const phases = (current: number, ...numbers: number[]) =>
  numbers.map((number) => ({ number, name: `Phase ${number}`, isCurrent: number === current }) as PhaseRef)
const cup = (current: number, ...numbers: number[]) => ({ slug: 'cup', phases: phases(current, ...numbers) }) as Pick<Competition, 'slug' | 'phases'>

async function show(at: string, competition = cup(2, 1, 2, 3), options = {}) {
  const given = ref<Pick<Competition, 'slug' | 'phases'> | undefined>(competition)
  const { result, router } = await inSetup(() => usePhase(given, options), at)
  return { ...result, router, given }
}

it.each([
  ['the current one where the address names none', '/cup', 2],
  ['the one in the address', '/cup?phase=3', 3],
  ['the current one where there is no such phase', '/cup?phase=9', 2],
  ['the current one where the address is not a number', '/cup?phase=x', 2],
])('shows %s', async (_, at, number) => {
  const { phase, offers } = await show(at)
  expect(phase.value?.number).toBe(number)
  expect(offers.value).toBe(true)
})

it('offers nothing and names none where there is one phase, whatever the address says', async () => {
  const { phase, number, offers } = await show('/cup?phase=1', cup(1, 1))
  expect([phase.value, number.value, offers.value]).toEqual([null, undefined, false])
})

it('keeps the choice in the address, and leaves behind what is of one phase', async () => {
  const { phase, number, router } = await show('/cup?bracket=student&board=private&team=7&at=2026-11-01T00:00:00Z')
  number.value = 1
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ bracket: 'student', phase: '1' })
  expect(phase.value?.number).toBe(1)
})

it('stays while the page stays when another phase becomes the current one, and follows on the next page', async () => {
  const { phase, given, router } = await show('/cup/submit')
  given.value = cup(3, 1, 2, 3)
  await nextTick()
  expect(phase.value?.number).toBe(2)
  await router.push('/cup/leaderboard')
  expect(phase.value?.number).toBe(3)
})

it.each([
  ['/cup', 3],
  ['/cup?phase=1', 1],
])('on a wall at %s, shows phase %i once another one has become the current one', async (at, number) => {
  const { phase, given } = await show(at, cup(2, 1, 2, 3), { follows: true })
  given.value = cup(3, 1, 2, 3)
  await nextTick()
  expect(phase.value?.number).toBe(number)
})

it('goes over to the current one when the phase shown is taken away', async () => {
  const { phase, given } = await show('/cup')
  given.value = cup(3, 1, 3)
  await nextTick()
  expect(phase.value?.number).toBe(3)
})

it('knows nothing before the competition has come, and begins anew with another', async () => {
  const given = ref<Pick<Competition, 'slug' | 'phases'>>()
  const { result } = await inSetup(() => usePhase(given))
  expect(result.phase.value).toBe(null)
  given.value = cup(2, 1, 2)
  expect(result.phase.value?.number).toBe(2)
  given.value = { ...cup(1, 1, 2), slug: 'bowl' }
  expect(result.phase.value?.number).toBe(1)
})

it('goes to all of them together and back by the address', async () => {
  const { number, choice, router } = await show('/cup?page=3&bracket=student')
  expect(choice.value).toBe(2)
  choice.value = 'combined'
  await flushPromises()
  expect(router.currentRoute.value.query).toEqual({ bracket: 'student', phase: 'combined' })
  expect([choice.value, number.value]).toEqual(['combined', 2])
  choice.value = 2
  await flushPromises()
  expect([choice.value, router.currentRoute.value.query.phase]).toEqual([2, '2'])
})

it('has nothing to put together of one phase', async () => {
  const { choice } = await show('/cup?phase=combined', cup(1, 1))
  expect(choice.value).toBeUndefined()
})
