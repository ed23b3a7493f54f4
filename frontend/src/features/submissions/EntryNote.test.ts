import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import type { Competition } from '@/shared/api/models'
import { vuetify } from '@/shared/vuetify'
import EntryNote from './EntryNote.vue'

const entry = (state: string, detail: string | null = null) => ({ state, detail, awaited: null, rank: null })
const phases = [
  { number: 1, isCurrent: true, myEntry: entry('open') },
  { number: 2, isCurrent: false, myEntry: entry('out', 'It is for the best 2 teams of Development.') },
  { number: 3, isCurrent: false, myEntry: entry('waiting', 'It is decided when Development is confirmed.') },
  { number: 4, isCurrent: false, myEntry: entry('in') },
  { number: 5, isCurrent: false, myEntry: null },
]
const show = (phase: number | undefined) =>
  mount(EntryNote, { props: { competition: { phases, phase } as unknown as Competition }, global: { plugins: [vuetify] } }).text()

it.each([
  [undefined, ''],
  [1, ''],
  [2, 'Your team is not in this phaseIt is for the best 2 teams of Development.'],
  [3, 'It is not decided yet who takes partIt is decided when Development is confirmed.'],
  [4, ''],
  [5, ''],
])('says of phase %s why a team may not submit to it', (phase, text) => {
  expect(show(phase)).toBe(text)
})
