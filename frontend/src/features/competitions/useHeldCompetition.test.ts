import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import type { Competition, Session } from '@/shared/api/models'
import { useSession } from '@/shared/session'
import { useHeldCompetition } from './useHeldCompetition'

const known = { slug: 'cup', isEntered: true, title: 'as a participant' } as Competition
const strange = { slug: 'cup', isEntered: false, title: 'as a stranger' } as Competition

beforeEach(() => setActivePinia(createPinia()))

/** A page of a participant; `stillKnown`: what the server says when it is asked who is signed in. */
function page(stillKnown: () => boolean, fresh: () => Competition) {
  const session = useSession()
  session.session = { user: { username: 'alice' } } as Session
  vi.spyOn(session, 'check').mockImplementation(async () => void (session.hasEnded = !stillKnown()))
  const data = shallowRef<Competition | undefined>(known)
  const held = effectScope().run(() => useHeldCompetition(data, async () => void (data.value = fresh())))!
  return { session, data, held }
}

it('keeps what a participant sees when the session ends, and goes on after signing in again', async () => {
  let isKnown = false
  const { session, data, held } = page(() => isKnown, () => ({ ...known, title: 'again' }))
  data.value = strange
  await flushPromises()
  expect(held.value).toBe(known)

  isKnown = true
  session.hasEnded = false
  await flushPromises()
  expect(held.value?.title).toBe('again')
})

it('believes the server when somebody has left the competition', async () => {
  const { data, held } = page(() => true, () => strange)
  data.value = strange
  await flushPromises()
  expect(held.value).toBe(strange)
})

it('follows every other answer at once', async () => {
  const { session, data, held } = page(() => true, () => known)
  data.value = { ...known, title: 'renamed' }
  await flushPromises()
  expect(held.value?.title).toBe('renamed')
  expect(session.check).not.toHaveBeenCalled()
})
