import { PiniaColada } from '@pinia/colada'
import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import type { Component } from 'vue'
import { Translation } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Competition, PhaseFacts } from '@/shared/api/models'
import { useSession } from '@/shared/session'
import { vuetify } from '@/shared/vuetify'
import { EVERYBODY } from './entry'

// Vuetify places its dialogs by what happy-dom has not.
Object.assign(globalThis, { visualViewport: Object.assign(new EventTarget(), { width: 1024, height: 768, offsetLeft: 0, offsetTop: 0, scale: 1 }) })

/** While the final of these tests is to come and the development runs. */
export const NOW = Date.parse('2026-11-10T00:00:00Z')

/** A phase as the API tells of it, with what a test is about. */
export const phase = (number: number, said: Record<string, unknown> = {}): PhaseFacts =>
  ({
    ...{ number, name: `Round ${number}`, state: 'running', isCurrent: number === 1, confirmedAt: null },
    ...{ startsAt: '2026-11-01T00:00:00Z', endsAt: '2026-11-15T00:00:00Z', metric: { name: 'rmse', label: 'RMSE', direction: 'smaller_is_better' } },
    ...{ metricParams: {}, furtherMetrics: [], scoreColumns: [], scoreDigits: 5, dailySubmissionLimit: 5, totalSubmissionLimit: null, limitResetsAt: '00:00:00' },
    ...{ selectableSubmissions: 2, allowsLateSubmissions: true, objectionMinutes: 60, objectionsUntil: null, boardAudience: 'everybody' },
    ...{ boardFreezesAt: null, boardFreezeMinutes: null, boardFrozenSince: null, releasesSolution: false, hasSolution: true },
    ...{ ...EVERYBODY, entryDecidedAt: null, combinedWeight: 1, ...said },
  }) as unknown as PhaseFacts

export const DEVELOPMENT = phase(1, { name: 'Development' })
export const FINAL = phase(2, { name: 'Final', state: 'upcoming', startsAt: '2026-11-20T00:00:00Z', endsAt: '2026-11-27T00:00:00Z', dailySubmissionLimit: 3, hasSolution: false })
export const OVER = phase(1, { name: 'Development', state: 'finished', startsAt: '2026-10-01T00:00:00Z', endsAt: '2026-11-01T00:00:00Z' })
export const CONFIRMED = phase(1, { ...OVER, state: 'confirmed', confirmedAt: '2026-11-02T00:00:00Z' })

export const cup = (said: Record<string, unknown> = {}): Competition =>
  ({ id: 7, slug: 'cup', title: 'Cup', timeZone: 'Asia/Tokyo', isPublished: true, participantCount: 3, isHost: true, brackets: [], phases: [], combinedRule: '', combinedPoints: [], ...said }) as unknown as Competition

/** A component of these pages, shown to an organiser. `isStaff`: who may use the admin. */
export async function show(component: Component, props: Record<string, unknown>, { isStaff = true } = {}): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
  await router.push('/competitions/cup/phases')
  const pinia = createPinia()
  Object.assign(useSession(pinia), { session: { user: { username: 'host', isStaff } } })
  return mount(component, { props, attachTo: document.body, global: { plugins: [pinia, PiniaColada, router, vuetify], components: { 'i18n-t': Translation } } })
}

const labelled = (label: string): HTMLElement | undefined =>
  [...document.querySelectorAll('label')]
    .filter(({ textContent }) => textContent === label)
    .map(({ htmlFor }) => document.getElementById(htmlFor))
    .find((input) => input !== null) ?? undefined

/** The field with this label, wherever on the page it stands. */
export function field(label: string): HTMLInputElement {
  const input = labelled(label)
  if (!input) throw new Error(`no field ${label}; there are: ${[...document.querySelectorAll('label')].map((one) => one.textContent).join(', ')}`)
  return input as HTMLInputElement
}

export const hasField = (label: string): boolean => [...document.querySelectorAll('label')].some(({ textContent }) => textContent === label)

export function write(label: string, value: string): void {
  const input = field(label)
  input.value = value
  input.dispatchEvent(new Event('input', { bubbles: true }))
}

/** Chooses in a list by the value, as it is stored. */
export function choose(page: VueWrapper, label: string, value: unknown): void {
  const list = page.findAllComponents({ name: 'VSelect' }).find((one) => one.props('label') === label)
  if (!list) throw new Error(`no list ${label}`)
  list.vm.$emit('update:modelValue', value)
}

export function press(name: string): void {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find((button) => (button.getAttribute('aria-label') ?? button.textContent)?.trim() === name)
  if (!found) throw new Error(`no button ${name}`)
  found.click()
}

export const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent)?.trim() === name)
