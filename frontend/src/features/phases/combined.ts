import type { CombinedRule, Competition, PhaseFacts } from '@/shared/api/models'
import { numberIn } from './draft'

/** How the phases make one ranking; empty: not at all. */
export const COMBINED_RULES = ['', 'mean_rank', 'weighted_score', 'points', 'last'] as const satisfies readonly CombinedRule[]

export type CombinedFacts = Pick<Competition, 'combinedRule' | 'combinedPoints'>

/** The rule and its numbers as fields of a form hold them; weights by the number of the phase. */
export interface CombinedDraft {
  combinedRule: CombinedRule
  combinedPoints: string
  weights: Record<number, string>
}

export function combinedDraft({ combinedRule, combinedPoints }: CombinedFacts, phases: readonly PhaseFacts[]): CombinedDraft {
  return { combinedRule, combinedPoints: combinedPoints.join(', '), weights: Object.fromEntries(phases.map((phase) => [phase.number, String(phase.combinedWeight)])) }
}

/** Points as they were typed, with commas or blanks between. */
export const pointsIn = (text: string): (number | string | null)[] =>
  text
    .split(/[\s,、，]+/)
    .filter(Boolean)
    .map(numberIn)

interface CombinedChanges {
  competition: Record<string, unknown>
  /** By the number of the phase. */
  weights: [number, number | string | null][]
}

/** What was changed; what the rule has no use for stays as it is. */
export function combinedChanges(before: CombinedDraft, after: CombinedDraft): CombinedChanges {
  const { combinedRule: rule } = after
  const points = pointsIn(after.combinedPoints)
  const numbers = Object.keys(after.weights).map(Number)
  return {
    competition: {
      ...(rule !== before.combinedRule && { combinedRule: rule }),
      ...(rule === 'points' && points.join() !== pointsIn(before.combinedPoints).join() && { combinedPoints: points }),
    },
    weights: rule === 'weighted_score' ? numbers.filter((number) => after.weights[number] !== before.weights[number]).map((number) => [number, numberIn(after.weights[number] ?? '')]) : [],
  }
}

export const isSame = ({ competition, weights }: CombinedChanges): boolean => !Object.keys(competition).length && !weights.length
