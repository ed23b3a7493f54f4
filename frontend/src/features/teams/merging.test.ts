import { expect, it } from 'vitest'
import type { Competition, MergePreview, PublicRow } from '@/shared/api/models'
import { together } from './merging'

const row = (score: number | null, rank: number | null) => ({ score, rank }) as unknown as PublicRow
const metric = (direction: 'smaller_is_better' | 'larger_is_better') => ({ direction }) as Competition['metric']
const preview: MergePreview = { members: 3, memberLimit: 3, ours: 9, theirs: 2, total: 11, limit: 20, refusal: null }

it.each([
  ['smaller_is_better', 44.1],
  ['larger_is_better', 51.5],
] as const)('keeps the better score when %s, and its place', (direction, score) => {
  const found = together(preview, [row(44.1, 4), row(51.5, 9)], metric(direction))
  expect(found).toMatchObject({ members: 3, ours: 9, theirs: 2, score, rank: 4, obstacle: null })
})

it('knows teams without a score, and leaderboards that tell nothing', () => {
  expect(together(preview, [row(null, null), row(51.5, 9)], metric('smaller_is_better'))).toMatchObject({ score: 51.5, rank: 9 })
  expect(together({ ...preview, theirs: null }, [null, undefined], metric('smaller_is_better'))).toMatchObject({ theirs: null, score: null, rank: null })
})

it.each([
  [{ code: 'too_many_submissions_together', detail: 'Too many.' }, 'Too many.'],
  [{ code: 'already_requested', detail: 'Asked.' }, null],
])('says beforehand what stands in the way (%#)', (refusal, obstacle) => {
  expect(together({ ...preview, refusal }, [], metric('smaller_is_better')).obstacle).toBe(obstacle)
})
