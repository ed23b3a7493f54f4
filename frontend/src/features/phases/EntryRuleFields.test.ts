import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { choose, DEVELOPMENT, FINAL, hasField, phase, show } from './cup.testing'
import { entryDraft, EVERYBODY, type EntryDraft, type EntryFacts } from './entry'
import EntryRuleFields from './EntryRuleFields.vue'

afterEach(() => {
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

async function fields(said: Partial<EntryFacts> = {}, others = [DEVELOPMENT, FINAL], refusals: Record<string, string[]> = {}) {
  const modelValue = entryDraft({ ...EVERYBODY, ...said })
  const page = await show(EntryRuleFields, { modelValue, slug: 'cup', others, about: (field: string) => refusals[field] ?? [] })
  const last = () => page.emitted<[EntryDraft]>('update:modelValue')?.at(-1)?.[0]
  return { page, last }
}

it.each<[EntryFacts['entryRule'], string[]]>([
  ['everybody', []],
  ['teams', ['By the result of']],
  ['best', ['How many teams get on', 'By the result of', 'By which leaderboard']],
  ['share', ['How much of the teams gets on', 'By the result of', 'By which leaderboard']],
  ['baseline', ['By the result of', 'Above the baseline', 'By which leaderboard']],
  ['list', []],
])('%s asks for these', async (entryRule, asked) => {
  await fields({ entryRule })
  const all = ['How many teams get on', 'How much of the teams gets on', 'By the result of', 'Above the baseline', 'By which leaderboard']
  expect(all.filter(hasField)).toEqual(all.filter((label) => asked.includes(label)))
  expect([hasField('Teams'), hasField('Submissions taken over')]).toEqual([true, true])
})

it('asks for the phase whose submissions are taken over', async () => {
  await fields({ takesOver: 'selected' })
  expect(hasField('By the result of')).toBe(true)
})

it('takes the only other phase', async () => {
  const { last } = await fields({ entryRule: 'teams' }, [DEVELOPMENT])
  expect(last()?.entryPhase).toBe(1)
})

it('names the other phases, and one without a name by its number', async () => {
  const { page } = await fields({ entryRule: 'teams' }, [DEVELOPMENT, phase(3, { name: '' })])
  const list = page.findAllComponents({ name: 'VSelect' }).find((one) => one.props('label') === 'By the result of')
  expect(list?.props('items')).toEqual([
    { value: 1, title: 'Development' },
    { value: 3, title: 'Phase 3' },
  ])
})

it('offers the baselines of that phase, and another phase has others', async () => {
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    const results = [{ baseline: 'Mean' }, { baseline: null }, { baseline: 'Ridge' }]
    return new Response(JSON.stringify({ results }), { headers: { 'Content-Type': 'application/json' } })
  })
  const { page, last } = await fields({ entryRule: 'baseline', entryPhase: 1, entryBaseline: 'Gone' })
  await flushPromises()
  expect(new URL((fetch.mock.calls[0]![0] as Request).url).pathname).toBe('/api/competitions/cup/phases/1/trials/')
  const list = page.findAllComponents({ name: 'VSelect' }).find((one) => one.props('label') === 'Above the baseline')
  expect(list?.props('items')).toEqual(['Mean', 'Ridge', 'Gone'])
  choose(page, 'By the result of', 2)
  expect(last()).toMatchObject({ entryPhase: 2, entryBaseline: '' })
})

it('says what is refused beside the field', async () => {
  const { page } = await fields({ entryRule: 'best' }, [DEVELOPMENT], { entryCount: ['At least one.'] })
  expect(page.text()).toContain('At least one.')
})
