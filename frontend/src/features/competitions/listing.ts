import type { CompetitionItem } from '@/shared/api/models'
import { stateAt } from '@/shared/competition/clock'

export const SHOWN_STATES = ['all', 'running', 'upcoming', 'finished'] as const
export type ShownState = (typeof SHOWN_STATES)[number]

const ORDER = { running: 0, upcoming: 1, finished: 2 }

function phase(item: CompetitionItem, now: number): keyof typeof ORDER {
  const state = stateAt(item, now)
  return state === 'confirmed' ? 'finished' : state
}

/** What runs first, the next to end on top; then what comes, the next to start on top; then what is over, the latest on top. */
export function listed(competitions: readonly CompetitionItem[], shown: ShownState, now: number): CompetitionItem[] {
  return competitions
    .filter((item) => shown === 'all' || phase(item, now) === shown)
    .sort((a, b) => {
      const [one, other] = [phase(a, now), phase(b, now)]
      if (one !== other) return ORDER[one] - ORDER[other]
      if (one === 'running') return a.endsAt.localeCompare(b.endsAt)
      return one === 'upcoming' ? a.startsAt.localeCompare(b.startsAt) : b.endsAt.localeCompare(a.endsAt)
    })
}

/** Those one takes part in that run just now, the next to end first; `most` at a time. */
export function toContinue(competitions: readonly CompetitionItem[], now: number, most: number): CompetitionItem[] {
  return listed(competitions, 'running', now)
    .filter((item) => item.isEntered)
    .slice(0, most)
}
