import type { DryRun } from '@/shared/api/models'

type Counts = NonNullable<DryRun['counts']>
export interface Foreseen {
  key: string
  count: number
}

const TOLD: [string, keyof Counts][] = [
  ['dryRunRefused', 'refused'],
  ['dryRunRanks', 'ranksChanged'],
  ['dryRunScores', 'scoresChanged'],
  ['dryRunGone', 'teamsWithoutAScore'],
  ['dryRunAgainScored', 'scoredAgain'],
  ['dryRunLost', 'lost'],
]

/** What a rescoring would do, each with its number, the gravest first; empty: nothing would change. */
export const foreseen = (counts: Counts): Foreseen[] => TOLD.map(([key, name]) => ({ key, count: counts[name] })).filter(({ count }) => count > 0)

export const isUnderWay = (run: DryRun | null | undefined) => run?.status === 'queued' || run?.status === 'running'

/** How many submissions with a score a rescoring refuses, where that needs a yes: a dry run that still holds says so. */
export const needsYes = (run: DryRun | null | undefined): number => (run?.status === 'complete' && !run.outdatedBy ? (run.counts?.refused ?? 0) : 0)
