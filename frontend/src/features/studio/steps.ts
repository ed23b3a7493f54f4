import type { Competition, Readiness, Workbench } from '@/shared/api/models'
import { unsure } from './found'

export const STEPS = ['files', 'columns', 'split', 'metric', 'make', 'clock', 'words', 'publish'] as const
export type Step = (typeof STEPS)[number]
/** `todo`: something is missing. `look`: somebody should look at it. */
export type StepState = 'todo' | 'look' | 'done'

export interface Facts {
  workbench: Workbench
  competition: Pick<Competition, 'endsAt' | 'isPublished' | 'pages' | 'hasSolution'>
  isSending: boolean
  readiness?: Readiness
  now: number
}

/** How far each step is. */
export function statesOf({ workbench, competition, isSending, readiness, now }: Facts): Record<Step, StepState> {
  const { found, choices, decided, made, job, problems } = workbench
  const when = (isDone: boolean, isToLookAt = false): StepState => (isToLookAt ? 'look' : isDone ? 'done' : 'todo')
  const hasTarget = Boolean(found && choices.targetColumns?.length && choices.task)
  return {
    files: when(workbench.sources.length > 0 && found !== null && !isSending, found === null ? !job && problems.length > 0 : found.unread.length > 0),
    columns: when(hasTarget, found !== null && (!hasTarget || unsure(found, decided).length > 0)),
    split: when(hasTarget && Boolean(choices.usageColumn || choices.public)),
    metric: when(hasTarget && Boolean(choices.metric)),
    make: when(made !== null, made !== null ? made.findings.some(({ weight }) => weight === 'red') : found !== null && !job && problems.length > 0),
    clock: when(Date.parse(competition.endsAt) > now, Date.parse(competition.endsAt) <= now),
    words: when(competition.pages.length > 0),
    publish: when(competition.isPublished, !competition.isPublished && competition.hasSolution === true && readiness?.canBePublished === false),
  }
}
