import { afterEach, expect, it, vi } from 'vitest'
import { api } from '@/shared/api/client'
import type { Competition, PhaseFacts, PhaseRef } from '@/shared/api/models'
import { addressIn, competitionIn, currentPhase, inPhase, phaseInAddress, phaseKey, phaseQuery, running, submitPage } from './phases'

afterEach(() => void vi.restoreAllMocks())

const NOW = Date.parse('2026-11-10T00:00:00Z')
const phase = (number: number, startsAt: string, endsAt: string, more: Partial<PhaseRef> = {}) =>
  ({ number, name: `Phase ${number}`, state: 'upcoming', isCurrent: false, startsAt, endsAt, confirmedAt: null, ...more }) as PhaseRef
const OVER = phase(1, '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z', { state: 'confirmed' })
const RUNS = phase(2, '2026-11-01T00:00:00Z', '2026-12-01T00:00:00Z', { isCurrent: true })
const BESIDE = phase(3, '2026-10-20T00:00:00Z', '2026-12-01T00:00:00Z')
const NEXT = phase(4, '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z')
const ALL = [OVER, BESIDE, RUNS, NEXT]

it.each([
  ['without a phase', undefined, '/api/competitions/cup%202/leaderboard/public/?page=1'],
  ['of a phase', 2, '/api/competitions/cup%202/phases/2/leaderboard/public/?page=1'],
])('asks at the address %s', async (_, number, address) => {
  const fetch = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('{}', { headers: { 'Content-Type': 'application/json' } }))
  const place = { slug: 'cup 2', phase: number }
  await api.GET('/api/competitions/{competition}/leaderboard/public/', { params: { path: { competition: place.slug }, query: { page: 1 } }, ...inPhase(place) })
  const { url } = fetch.mock.calls[0]![0] as Request
  expect(url.slice(new URL(url).origin.length)).toBe(address)
  expect(addressIn(place, 'leaderboard/public/')).toBe(address.split('?')[0])
})

it('keeps apart what is known of each phase, and leaves the key of a competition in one phase as it is', () => {
  expect(phaseKey({ phase: 2 })).toEqual([{ phase: 2 }])
  expect(phaseKey({})).toEqual([])
  expect([phaseQuery({ phase: 2 }), phaseQuery({})]).toEqual([{ phase: '2' }, {}])
})

it('finds the phase of an address, and the one meant without a name', () => {
  expect(phaseInAddress('4', ALL)).toBe(NEXT)
  for (const asked of ['9', '', '02', undefined, null, ['1', '2']]) expect(phaseInAddress(asked, ALL)).toBeUndefined()
  expect(currentPhase(ALL)).toBe(RUNS)
  expect(currentPhase([])).toBeUndefined()
  expect(running(ALL, NOW)).toEqual([BESIDE, RUNS])
})

it.each([
  ['in the phase one looks at, where it runs', '3', { phase: '3' }],
  ['in the current one from a phase that is over', '1', {}],
  ['in the current one from a phase that has not begun', '4', {}],
  ['in the current one without a name', undefined, {}],
] as const)('submits %s', (_, asked, query) => {
  expect(submitPage({ slug: 'cup', phases: ALL }, asked, NOW)).toEqual({ path: '/competitions/cup/submit', query })
})

it('never names the only phase of a competition', () => {
  expect(submitPage({ slug: 'cup', phases: [RUNS] }, '2', NOW)).toEqual({ path: '/competitions/cup/submit', query: {} })
})

it('shows a competition with the clock and the limits of a phase', () => {
  const competition = { slug: 'cup', title: 'Cup', state: 'running', endsAt: RUNS.endsAt, scoreDigits: 5, phases: ALL } as unknown as Competition
  const shown = competitionIn(competition, { ...OVER, scoreDigits: 2 } as PhaseFacts)
  expect(shown).toMatchObject({ slug: 'cup', title: 'Cup', phase: 1, state: 'confirmed', endsAt: OVER.endsAt, scoreDigits: 2, phases: ALL })
})
