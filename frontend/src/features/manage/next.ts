import type { Competition, ScoringRun } from '@/shared/api/models'
import { stateAt } from '@/shared/competition/clock'

export const STEPS = ['publish', 'start', 'end', 'score', 'confirm'] as const
export type StepName = (typeof STEPS)[number]
/** `now`: what comes next. */
export type StepState = 'done' | 'now' | 'later'
export interface Step {
  name: StepName
  state: StepState
}

export const isActive = (run: ScoringRun | undefined) => run?.status === 'queued' || run?.status === 'running'

/** Whether private scores are there: the newest run that was begun after the end is through, whichever kind it is of. */
export function isScored(competition: Pick<Competition, 'endsAt'>, runs: readonly ScoringRun[]): boolean {
  const newest = runs.find(({ createdAt }) => Date.parse(createdAt) >= Date.parse(competition.endsAt))
  return newest?.status === 'complete'
}

/** The way of a competition (or of one phase of it) to its result: what is done, what comes next, what comes later. */
export function stepsOf(competition: Pick<Competition, 'state' | 'isPublished' | 'startsAt' | 'endsAt'>, runs: readonly ScoringRun[], now: number): Step[] {
  const state = stateAt(competition, now)
  const isOver = state === 'finished' || state === 'confirmed'
  const done: Record<StepName, boolean> = {
    publish: competition.isPublished,
    start: competition.isPublished && state !== 'upcoming',
    end: competition.isPublished && isOver,
    score: state === 'confirmed' || (isOver && isScored(competition, runs)),
    confirm: state === 'confirmed',
  }
  const next = STEPS.find((name) => !done[name])
  return STEPS.map((name) => ({ name, state: name === next ? 'now' : done[name] ? 'done' : 'later' }))
}
