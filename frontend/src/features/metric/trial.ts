import type { MetricTrial, OwnMetric } from '@/shared/api/models'

type Case = MetricTrial['cases'][number]

/** Codes that the page has a sentence for; of others the server may send, a general one. */
const KNOWN = [
  ...['perfect_has_no_score', 'sample_has_no_score', 'nothing_to_try', 'not_deterministic', 'perfect_is_worse'],
  ...['private_rows_have_no_score', 'sample_refused', 'solution_refused', 'no_solution', 'metric_sandbox_unavailable'],
]
export const reasonKey = (code: string): string => `metric.why_${KNOWN.includes(code) ? code : 'broken'}`

const CASES = ['perfect', 'perfect_again', 'shuffled', 'constant', 'blanks', 'sample', 'sample_again', 'reordered']
export const caseKey = (name: string): string => `metric.case_${CASES.includes(name) ? name : 'other'}`

/** How far a pending trial is: the place of its step, from 0 (waits for the job queue) to 3. */
export const STEPS = ['', 'cases', 'again', 'private'] as const
export function stepOf(metric: Pick<OwnMetric, 'trial'>): number {
  return Math.max(0, STEPS.indexOf((metric.trial?.step ?? '') as (typeof STEPS)[number]))
}

export type Verdict = 'score' | 'refused' | 'failed'

/** What came of one case: a number, the metric's own word to the participant, or a fault that only organisers see. */
export function verdictOf({ score, refusal }: Pick<Case, 'score' | 'refusal'>): Verdict {
  if (score !== null) return 'score'
  return refusal ? 'refused' : 'failed'
}

/** How the solution's own values compare with the sample submission, the better first; null where one has no score. */
export function directionShown(cases: readonly Case[], direction: OwnMetric['direction']) {
  const score = (name: string) => cases.find((one) => one.name === name)?.score ?? null
  const perfect = score('perfect')
  const sample = score('sample') ?? score('shuffled')
  if (perfect === null || sample === null) return null
  const isBetter = direction === 'larger_is_better' ? perfect > sample : perfect < sample
  return { perfect, other: sample, isBetter, isEqual: perfect === sample }
}

/** Whether a version may score now: it passed with the solution there is, or there is none yet. */
export function isUsable(metric: Pick<OwnMetric, 'trialStatus' | 'isActive'>, hasSolution: boolean): boolean {
  return !metric.isActive && metric.trialStatus !== 'pending' && (!hasSolution || metric.trialStatus === 'passed')
}
