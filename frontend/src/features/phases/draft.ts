import type { Competition, PhaseFacts } from '@/shared/api/models'
import { stateAt } from '@/shared/competition/clock'
import { handsBetween, instantOf, moveHands, nextHour, wallOf } from '@/shared/format/wall'
import { entryDraft, EVERYBODY, namesPhase, type EntryDraft } from './entry'

/** Who may see a leaderboard, the widest circle first. */
export const AUDIENCES = ['everybody', 'participants', 'own_row', 'hosts'] as const
export const FREEZES = ['never', 'minutes', 'moment'] as const

/** A phase as the fields of a form hold it; moments as the clocks of the competition's zone show them. */
export interface Draft extends EntryDraft {
  name: string
  startsAt: string
  endsAt: string
  dailySubmissionLimit: string
  totalSubmissionLimit: string
  limitResetsAt: string
  selectableSubmissions: string
  allowsLateSubmissions: boolean
  boardAudience: PhaseFacts['boardAudience']
  freeze: (typeof FREEZES)[number]
  boardFreezeMinutes: string
  boardFreezesAt: string
}

/** Fields of the API, and what to put into them. */
export type Changes = Record<string, unknown>

const USUAL_FREEZE = '60'

export function draftOf(phase: PhaseFacts, timeZone: string): Draft {
  const { boardFreezesAt: moment, boardFreezeMinutes: minutes } = phase
  return {
    name: phase.name,
    startsAt: wallOf(phase.startsAt, timeZone),
    endsAt: wallOf(phase.endsAt, timeZone),
    dailySubmissionLimit: String(phase.dailySubmissionLimit ?? ''),
    totalSubmissionLimit: String(phase.totalSubmissionLimit ?? ''),
    limitResetsAt: phase.limitResetsAt.replace(/(:\d\d):00$/, '$1'),
    selectableSubmissions: String(phase.selectableSubmissions),
    allowsLateSubmissions: phase.allowsLateSubmissions,
    boardAudience: phase.boardAudience,
    freeze: moment ? 'moment' : minutes === null ? 'never' : 'minutes',
    boardFreezeMinutes: String(minutes ?? USUAL_FREEZE),
    boardFreezesAt: moment ? wallOf(moment, timeZone) : '',
    ...entryDraft(phase),
  }
}

/** The phase that a new one is like, where nothing else is said: the one that was added last. */
export const newestOf = (phases: readonly PhaseFacts[]): PhaseFacts => phases.reduce((newest, phase) => (phase.number > newest.number ? phase : newest))

/** A new phase after the others: it begins when the last one ends, at once where that is over, and is as long. */
export function draftAfter(phases: readonly PhaseFacts[], timeZone: string, now: number): Draft {
  const last = phases.reduce((latest, phase) => (Date.parse(phase.endsAt) > Date.parse(latest.endsAt) ? phase : latest))
  const { startsAt: start, endsAt: end } = draftOf(last, timeZone)
  const startsAt = Date.parse(last.endsAt) < now ? nextHour(now, timeZone) : end
  return {
    ...draftOf(newestOf(phases), timeZone),
    ...entryDraft(EVERYBODY),
    name: '',
    startsAt,
    endsAt: moveHands(startsAt, handsBetween(start, end)),
    freeze: 'never',
    boardFreezeMinutes: USUAL_FREEZE,
    boardFreezesAt: '',
  }
}

/** A number; nothing for an empty field; and what is no number as it stands, for the server to say so beside the field. */
export function numberIn(text: string | null): number | string | null {
  const typed = (text ?? '').trim()
  if (!typed) return null
  return Number.isFinite(Number(typed)) ? Number(typed) : typed
}

function wireOf(draft: Draft): Changes {
  const { freeze, boardFreezeMinutes, boardFreezesAt, entryRule, entryPhase, ...rest } = draft
  return {
    ...rest,
    name: draft.name.trim(),
    dailySubmissionLimit: numberIn(draft.dailySubmissionLimit),
    totalSubmissionLimit: numberIn(draft.totalSubmissionLimit),
    selectableSubmissions: numberIn(draft.selectableSubmissions),
    boardFreezeMinutes: freeze === 'minutes' ? numberIn(boardFreezeMinutes) : null,
    boardFreezesAt: freeze === 'moment' ? boardFreezesAt || null : null,
    entryRule,
    entryPhase: namesPhase(draft) ? entryPhase : null,
    entryCount: entryRule === 'best' ? numberIn(draft.entryCount) : null,
    entryPercent: entryRule === 'share' ? numberIn(draft.entryPercent) : null,
    entryBaseline: entryRule === 'baseline' ? draft.entryBaseline.trim() : '',
  }
}

/** What was changed, as the API takes it. */
export function changesBetween(before: Draft, after: Draft): Changes {
  const was = wireOf(before)
  return Object.fromEntries(Object.entries(wireOf(after)).filter(([name, value]) => was[name] !== value))
}

/** What is said of a new phase: its name and its clock, and what is not as in the newest one. */
export const newPhase = (before: Draft, after: Draft): Changes => {
  const { name, startsAt, endsAt } = wireOf(after)
  return { ...changesBetween(before, after), name, startsAt, endsAt }
}

// --- what organisers have to say why, and what is fixed by now; the server decides both -------------------------------
/** Whether people may rely on what was said of the competition. */
export const isKnown = ({ isPublished, participantCount }: Pick<Competition, 'isPublished' | 'participantCount'>): boolean => isPublished || participantCount > 0

export function addingNeedsReason(competition: Pick<Competition, 'isPublished'>, phases: readonly PhaseFacts[], now: number): boolean {
  return competition.isPublished && phases.every((phase) => ['finished', 'confirmed'].includes(stateAt(phase, now)))
}

export function editingNeedsReason(competition: Competition, phase: PhaseFacts, changes: Changes, now: number): boolean {
  if (!isKnown(competition) || stateAt(phase, now) === 'upcoming') return false
  const { endsAt, boardAudience } = changes
  const isLater = typeof endsAt === 'string' && instantOf(endsAt, competition.timeZone) > Date.parse(phase.endsAt)
  const width = (audience: unknown) => AUDIENCES.findIndex((one) => one === audience)
  const isNarrower = boardAudience !== undefined && width(boardAudience) > width(phase.boardAudience)
  const stirs = phase.boardFrozenSince !== null && ('boardFreezesAt' in changes || 'boardFreezeMinutes' in changes)
  return isLater || isNarrower || stirs
}

/** Fields that nobody can change any more. */
export function fixedFields(competition: Competition, phase: PhaseFacts, now: number): ReadonlySet<keyof Draft> {
  const state = stateAt(phase, now)
  const fixed = new Set<keyof Draft>()
  const fix = (...names: (keyof Draft)[]) => names.forEach((name) => fixed.add(name))
  if (state === 'finished' || state === 'confirmed') fix('endsAt', 'selectableSubmissions')
  if (fixed.size && isKnown(competition)) fix('dailySubmissionLimit', 'totalSubmissionLimit')
  if (state === 'confirmed') fix('boardAudience', 'freeze', 'boardFreezeMinutes', 'boardFreezesAt')
  return fixed
}

/** Only one that nobody has begun, beside another, can be taken away. */
export const canRemove = (phase: PhaseFacts, phases: readonly PhaseFacts[], now: number): boolean => phases.length > 1 && stateAt(phase, now) === 'upcoming'
