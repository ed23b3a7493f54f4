import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'
import { inSetup } from '@/shared/testing/inSetup'
import { momentIn, useMomentInAddress, useRaceChoices } from './useRaceAddress'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const AT = '2026-11-21T12:00:00.000Z'

it.each([
  [AT, Date.parse(AT)],
  ['yesterday', null],
  [undefined, null],
  [[AT, AT], null],
])('reads %j as %s', (written, moment) => {
  expect(momentIn(written)).toBe(moment)
})

it.each([
  ['/', ['bars', 1, 10]],
  ['/?view=lines&speed=0.5&top=50', ['lines', 0.5, 50]],
  ['/?view=cake&speed=9&top=11', ['bars', 1, 10]],
])('%s chooses %j', async (address, expected) => {
  const { view, speed, top } = (await inSetup(useRaceChoices, address)).result
  expect([view.value, speed.value, top.value]).toEqual(expected)
})

it('leaves what is chosen anyway out of the address', async () => {
  const { result, router } = await inSetup(useRaceChoices, '/?view=lines')
  result.view.value = 'bars'
  await vi.advanceTimersByTimeAsync(1)
  expect(router.currentRoute.value.query).toEqual({})
})

async function withMoment(address: string) {
  const [moment, isPlaying] = [ref<number | null>(null), ref(false)]
  const { router } = await inSetup(() => useMomentInAddress(moment, isPlaying), address)
  return { moment, isPlaying, router, at: () => router.currentRoute.value.query.at }
}

it('begins at the moment of the address', async () => {
  expect((await withMoment(`/?at=${AT}`)).moment.value).toBe(Date.parse(AT))
})

it('writes a moment that was chosen once it rests there, and nothing while it plays', async () => {
  const { moment, isPlaying, at } = await withMoment('/')
  isPlaying.value = true
  moment.value = Date.parse(AT)
  await vi.advanceTimersByTimeAsync(2000)
  expect(at()).toBeUndefined()
  isPlaying.value = false
  await vi.advanceTimersByTimeAsync(2000)
  expect(at()).toBe(AT)
})

it('writes no moment of one phase into the address of another', async () => {
  const { moment, router, at } = await withMoment('/?phase=1')
  moment.value = Date.parse(AT)
  await router.push('/?phase=2')
  await vi.advanceTimersByTimeAsync(2000)
  expect(at()).toBeUndefined()
})

it('goes where somebody goes by the address, and stops playing', async () => {
  const { moment, isPlaying, router } = await withMoment('/')
  isPlaying.value = true
  await router.push(`/?at=${AT}`)
  await nextTick()
  expect([moment.value, isPlaying.value]).toEqual([Date.parse(AT), false])
})
