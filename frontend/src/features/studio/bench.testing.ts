import { PiniaColada } from '@pinia/colada'
import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { h, type Component } from 'vue'
import { Translation } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Competition, Found, Made, Preset, Workbench } from '@/shared/api/models'
import { useSession } from '@/shared/session'
import { vuetify } from '@/shared/vuetify'

// Vuetify places its dialogs by what happy-dom has not.
Object.assign(globalThis, { visualViewport: Object.assign(new EventTarget(), { width: 1024, height: 768, offsetLeft: 0, offsetTop: 0, scale: 1 }) })

export const NOW = Date.parse('2026-11-10T00:00:00Z')

const column = (name: string, said: Record<string, unknown> = {}) => ({
  ...{ name, type: 'number', missing: 0, distinct: 9, smallest: 0, largest: 9, mean: 4, histogram: [1, 2], common: [] },
  ...said,
})
const table = (name: string, role: string, columns: string[], said: Record<string, unknown> = {}) => ({
  ...{ name, role, columns, because: { code: 'named_so', detail: `It is named ${name}.`, sure: 0.9 } },
  overview: { rows: 100, readRows: 100, columns: columns.map((one) => column(one)), firstRows: [columns.map(() => '1')] },
  ...said,
})
const said = (detail: string, sure = 1) => ({ code: 'so', detail, sure })

/** Train with answers, test without, as they are found. */
export const FOUND = {
  tables: [table('train.csv', 'train', ['id', 'bmi', 'progression']), table('test.csv', 'test', ['id', 'bmi'])],
  ...{ others: [], unread: [], dates: [], groups: [] },
  because: { idColumns: said('Different in each row.'), targetColumns: said('In train, not in test.'), task: said('Numbers.'), way: said('Nothing speaks against chance.') },
  metrics: [
    { metric: 'rmse', label: 'RMSE', direction: 'smaller_is_better', metricParams: {}, because: said('For numbers.') },
    { metric: 'mae', label: 'MAE', direction: 'smaller_is_better', metricParams: { power: 1 }, because: said('Less moved by outliers.') },
  ],
} as unknown as Found

export const CHOICES = {
  ...{ roles: { 'train.csv': 'train', 'test.csv': 'test' }, idColumns: ['id'], targetColumns: ['progression'], task: 'regression' },
  ...{ metric: 'rmse', metricParams: {}, public: { way: 'random', share: 0.3, seed: 0, column: null }, usageColumn: null },
  ...{ baselines: ['constant', 'linear', 'tree'], otherFiles: true, shuffle: false, newIds: false },
} as Workbench['choices']

export const MADE = {
  files: [{ name: 'train.csv', size: 2048, rows: 100 }],
  solution: { rows: 40, public: 12, private: 28 },
  preview: {
    ...{ metric: 'rmse', label: 'RMSE', direction: 'smaller_is_better' },
    scores: [{ name: 'perfect', score: 0, problem: null }, { name: 'sample', score: 77.25, problem: null }, { name: 'noise', score: null, problem: said('Not for this metric.') }],
    wobble: { deviation: 4.5, rows: 12, digits: 2, model: 'linear' },
  },
  baselines: [{ model: 'linear', score: 55.5, because: null, seconds: 0.1 }],
  findings: [
    { check: 'leaks', code: 'leak', detail: 'A column gives it away.', weight: 'red' },
    { check: 'ids', code: 'ids_fine', detail: 'Ids are fine.', weight: 'green' },
  ],
} as unknown as Made

export const bench = (changes: Record<string, unknown> = {}): Workbench =>
  ({ isOpen: true, job: null, problems: [], sources: [], uploads: [], found: null, choices: {}, decided: [], made: null, ...changes }) as unknown as Workbench

/** A workbench whose files were looked at. */
export const read = (changes: Record<string, unknown> = {}): Workbench =>
  bench({ sources: [{ id: 1, name: 'train.csv', size: 2048, createdAt: '' }], found: FOUND, choices: CHOICES, ...changes })

export const PRESETS = [
  { name: 'day', label: '8 hours in one room', lastsMinutes: 480, dailySubmissionLimit: 30, selectableSubmissions: 2, maxTeamSize: 5 },
] as Preset[]

export const draft = (changes: Record<string, unknown> = {}): Competition =>
  ({
    ...{ id: 7, slug: 'cup', title: 'Cup', summary: '', emoji: '', timeZone: 'Asia/Tokyo', isPublished: false, isHost: true, hasSolution: false },
    ...{ visibility: 'public', invitationCode: null, pages: [], scoreDigits: 2, startsAt: '2026-11-17T00:00:00Z', endsAt: '2026-12-17T00:00:00Z' },
    ...{ dailySubmissionLimit: 5, selectableSubmissions: 2, maxTeamSize: 5 },
    ...changes,
  }) as unknown as Competition

/** No moment is planned for its publication. */
export const NO_PLAN = { publishAt: null, plannedBy: null, startsBefore: false, stoppedAt: null, problems: [] }

/** What the API answers, by method and the end of the path; what was sent is in `sent`. */
export function answers(routes: Record<string, unknown>) {
  const sent: { route: string; body: unknown }[] = []
  const reply = async (input: RequestInfo | URL) => {
    const request = input as Request
    const route = `${request.method} ${new URL(request.url).pathname}`
    sent.push({ route, body: request.method === 'GET' ? null : await request.json().catch(() => null) })
    const found = Object.keys(routes).find((one) => one === route)
    if (!found) throw new Error(`nobody answers ${route}`)
    const given = routes[found]
    const body = typeof given === 'function' ? given() : given
    return body === null ? new Response(null, { status: 204 }) : new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })
  }
  return { sent, reply }
}

/** A component of the studio, shown to an organiser. */
export async function show(component: Component, props: Record<string, unknown>, { mayCreate = true } = {}): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
  await router.push('/competitions/cup/studio')
  const pinia = createPinia()
  Object.assign(useSession(pinia), { session: { user: { username: 'host', mayCreateCompetitions: mayCreate } } })
  const slots = { editor: ({ text }: { text: string }) => h('output', text), code: ({ address }: { address: string }) => h('output', address) }
  return mount(component, { props, slots: slots as never, attachTo: document.body, global: { plugins: [pinia, PiniaColada, router, vuetify], components: { 'i18n-t': Translation } } })
}

export const button = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent)?.trim() === name)

export function press(name: string): void {
  const found = button(name)
  if (!found) throw new Error(`no button ${name}; there are: ${[...document.querySelectorAll('button')].map((one) => one.textContent).join(' | ')}`)
  found.click()
}
