import type { CompetitionItem, CompetitionState } from '@/shared/api/models'

/** Where a competition is on its clock now: the page outlives the answer it came from. */
export function stateAt(competition: Pick<CompetitionItem, 'state' | 'startsAt' | 'endsAt'>, now: number): CompetitionState {
  if (competition.state === 'confirmed') return 'confirmed'
  if (now < Date.parse(competition.startsAt)) return 'upcoming'
  if (now < Date.parse(competition.endsAt)) return 'running'
  return 'finished'
}

/** How much of its time is over, 0 to 1. */
export function elapsed(competition: Pick<CompetitionItem, 'startsAt' | 'endsAt'>, now: number): number {
  const start = Date.parse(competition.startsAt)
  const end = Date.parse(competition.endsAt)
  return Math.min(1, Math.max(0, (now - start) / Math.max(1, end - start)))
}
