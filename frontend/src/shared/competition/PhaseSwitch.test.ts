import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PhaseRef } from '@/shared/api/models'
import PhaseSwitch from './PhaseSwitch.vue'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-10T00:00:00Z') }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const phase = (number: number, name: string, state: PhaseRef['state'], startsAt: string, endsAt: string) =>
  ({ number, name, state, isCurrent: false, startsAt: `${startsAt}T00:00:00Z`, endsAt: `${endsAt}T00:00:00Z`, confirmedAt: null }) as PhaseRef
const PHASES = [
  phase(1, 'Warm-up', 'confirmed', '2026-09-01', '2026-10-01'),
  phase(2, '', 'running', '2026-10-01', '2026-11-08'),
  phase(5, 'English', 'running', '2026-11-01', '2026-11-13'),
  phase(4, 'Final', 'upcoming', '2026-11-12', '2026-12-01'),
]

function show(phases = PHASES, isNarrow = false, combined = false) {
  vi.spyOn(window, 'matchMedia').mockReturnValue({ matches: isNarrow, addEventListener: () => {}, removeEventListener: () => {} } as unknown as MediaQueryList)
  return mount(PhaseSwitch, { props: { phases, modelValue: 5, combined } })
}

it('names each phase with where it is on its clock now, and says which one is chosen', async () => {
  const page = show()
  const buttons = page.findAll('button')
  expect(buttons.map((button) => [button.text().replace(/\s+/g, ' '), button.attributes('aria-pressed')])).toEqual([
    ['Warm-up Results are final', 'false'],
    ['Phase 2 Ended 2 days ago', 'false'],
    ['English Runs, ends in 3 days', 'true'],
    ['Final Begins in 2 days', 'false'],
  ])
  expect(page.get('[role="group"]').attributes('aria-label')).toBe('Phases')
  await buttons[3]!.trigger('click')
  expect(page.emitted('update:modelValue')).toEqual([[4]])
})

it.each([
  ['on a phone', PHASES, true],
  ['where there are many', [...PHASES, ...PHASES.map((one) => ({ ...one, number: one.number + 10 }))], false],
] as const)('is a list %s, with the same words', async (_, phases, isNarrow) => {
  const page = show([...phases], isNarrow)
  const list = page.get('select')
  expect(page.get('label').attributes('for')).toBe(list.attributes('id'))
  expect(page.findAll('option').slice(0, 2).map((option) => option.text())).toEqual(['Warm-up – Results are final', 'Phase 2 – Ended 2 days ago'])
  expect((list.element as HTMLSelectElement).value).toBe('5')
  await list.setValue('4')
  expect(page.emitted('update:modelValue')).toEqual([[4]])
})

it.each([[false], [true]])('offers all of them together where there is a ranking over them (phone: %s)', async (isNarrow) => {
  const page = show(PHASES, isNarrow, true)
  const last = page.findAll(isNarrow ? 'option' : 'button').at(-1)!
  expect(last.text().replace(/\s+/g, ' ')).toBe(isNarrow ? 'Combined – Over all confirmed phases' : 'Combined Over all confirmed phases')
  await (isNarrow ? page.get('select').setValue('combined') : last.trigger('click'))
  expect(page.emitted('update:modelValue')).toEqual([['combined']])
})
