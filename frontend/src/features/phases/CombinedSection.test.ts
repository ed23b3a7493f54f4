import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import CombinedSection from './CombinedSection.vue'
import { choose, cup, DEVELOPMENT, FINAL, hasField, press, show, write } from './cup.testing'
import * as queries from './queries'

afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

function section(said: Record<string, unknown> = {}) {
  return show(CombinedSection, { competition: cup(said), phases: [DEVELOPMENT, FINAL] })
}
const stores = () => ({
  competition: vi.spyOn(queries, 'changeCompetition').mockResolvedValue({}),
  phase: vi.spyOn(queries, 'editPhase').mockResolvedValue(DEVELOPMENT),
})
async function save() {
  press('Save')
  await flushPromises()
}

it.each([
  ['', []],
  ['mean_rank', []],
  ['points', ['Points of the places']],
  ['weighted_score', ['Weight of Development', 'Weight of Final']],
  ['last', []],
])('the rule %j asks for these numbers', async (combinedRule, asked) => {
  await section({ combinedRule })
  expect(['Points of the places', 'Weight of Development', 'Weight of Final'].filter(hasField)).toEqual(asked)
})

it('stores a rule', async () => {
  const { competition, phase: edit } = stores()
  const page = await section()
  choose(page, 'How phases count together', 'points')
  await flushPromises()
  write('Points of the places', '25, 18')
  await flushPromises()
  await save()
  expect(competition).toHaveBeenCalledWith('cup', { combinedRule: 'points', combinedPoints: [25, 18] })
  expect(edit).not.toHaveBeenCalled()
})

it('stores weights with their phases, before the rule that counts by them', async () => {
  const { competition, phase: edit } = stores()
  const page = await section()
  choose(page, 'How phases count together', 'weighted_score')
  await flushPromises()
  write('Weight of Final', '2')
  await flushPromises()
  await save()
  expect(edit.mock.calls).toEqual([['cup', 2, { combinedWeight: 2 }]])
  expect(edit.mock.invocationCallOrder[0]).toBeLessThan(competition.mock.invocationCallOrder[0]!)
})

it('says beside the phase what is refused of its weight, and stores no rule then', async () => {
  const { competition, phase: edit } = stores()
  edit.mockRejectedValue(new ApiError(400, [{ code: 'min_value', detail: 'Not below zero.', attr: 'combinedWeight' }]))
  const page = await section({ combinedRule: 'weighted_score' })
  write('Weight of Final', '-1')
  await flushPromises()
  await save()
  const weights = page.findAllComponents({ name: 'VTextField' }).filter((input) => input.text().includes('Weight of'))
  expect(weights.map((input) => input.text().includes('Not below zero.'))).toEqual([false, true])
  expect(competition).not.toHaveBeenCalled()
})

it('asks why where the server says that it is needed', async () => {
  const { competition } = stores()
  competition.mockRejectedValueOnce(new ApiError(400, [{ code: 'reason_missing', detail: 'Say why.', attr: 'reason' }]))
  const page = await section()
  choose(page, 'How phases count together', 'last')
  await flushPromises()
  await save()
  write('Reason', 'As announced')
  await flushPromises()
  await save()
  expect(competition).toHaveBeenLastCalledWith('cup', { combinedRule: 'last', reason: 'As announced' })
})
