import { describe, expect, it } from 'vitest'
import type { DryRun } from '@/shared/api/models'
import { foreseen, isUnderWay, needsYes } from './foreseen'

const COUNTS = { submissions: 90, refused: 0, scoredAgain: 0, lost: 0, scoresChanged: 0, teams: 31, ranksChanged: 0, teamsWithoutAScore: 0 }
const run = (said: Record<string, unknown> = {}) => ({ status: 'complete', outdatedBy: '', counts: COUNTS, ...said }) as unknown as DryRun

describe('what a rescoring would do', () => {
  it('is told by what would be otherwise alone, the gravest first', () => {
    expect(foreseen({ ...COUNTS, ranksChanged: 3, refused: 12 })).toEqual([
      { key: 'dryRunRefused', count: 12 },
      { key: 'dryRunRanks', count: 3 },
    ])
    expect(foreseen(COUNTS)).toEqual([])
  })

  it('is watched while it is being worked out', () => {
    expect(['queued', 'running', 'complete', 'failed', 'cancelled'].map((status) => isUnderWay(run({ status })))).toEqual([true, true, false, false, false])
    expect(isUnderWay(null)).toBe(false)
  })

  it('asks for a yes where files would be refused, as long as it holds', () => {
    const counts = { ...COUNTS, refused: 12 }
    expect(needsYes(run({ counts }))).toBe(12)
    expect(needsYes(run({ counts, outdatedBy: 'solution' }))).toBe(0)
    expect(needsYes(run({ status: 'running', counts: null }))).toBe(0)
    expect(needsYes(null)).toBe(0)
  })
})
