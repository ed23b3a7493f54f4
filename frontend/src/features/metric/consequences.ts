import type { MetricConditions } from '@/shared/api/models'

/** What follows when another metric scores; the texts are `metric.change_…`. */
export function consequences(conditions: MetricConditions): string[] {
  const { hasSolution, scores, needsReason, tellsParticipants, closesResult, opensObjections, rescorings } = conditions
  return [
    hasSolution ? 'newSolution' : 'noSolution',
    scores > 0 ? 'scoresStay' : 'noScores',
    ...(scores > 0 && rescorings !== null ? ['fewRescorings'] : []),
    ...(needsReason ? ['reason'] : []),
    ...(tellsParticipants ? ['told'] : []),
    ...(opensObjections ? ['objections'] : []),
    ...(closesResult ? ['closes'] : []),
  ]
}
