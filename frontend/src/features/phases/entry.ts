import type { EntryBoard, EntryRule, PhaseFacts, TakesOver } from '@/shared/api/models'

/** Which teams may submit to a phase, and what they begin with. */
export const ENTRY_RULES = ['everybody', 'teams', 'best', 'share', 'baseline', 'list'] as const satisfies readonly EntryRule[]
export const ENTRY_BOARDS = ['confirmed', 'public'] as const satisfies readonly EntryBoard[]
export const TAKES_OVER = ['none', 'selected', 'best'] as const satisfies readonly TakesOver[]

/** What the API tells, and takes, of who gets on. */
export type EntryFacts = Pick<PhaseFacts, 'entryRule' | 'entryPhase' | 'entryBoard' | 'entryCount' | 'entryPercent' | 'entryBaseline' | 'takesOver'>

/** The same as fields of a form hold it. */
export interface EntryDraft extends Omit<EntryFacts, 'entryCount' | 'entryPercent'> {
  entryCount: string
  entryPercent: string
}

/** Every team, with nothing: what a phase begins with. */
export const EVERYBODY: EntryFacts = { entryRule: 'everybody', entryPhase: null, entryBoard: 'confirmed', entryCount: null, entryPercent: null, entryBaseline: '', takesOver: 'none' }

export function entryDraft(facts: EntryFacts): EntryDraft {
  const { entryRule, entryPhase, entryBoard, entryCount, entryPercent, entryBaseline, takesOver } = facts
  return { entryRule, entryPhase, entryBoard, entryCount: String(entryCount ?? ''), entryPercent: String(entryPercent ?? ''), entryBaseline, takesOver }
}

/** Which phase decides has to be said for these. */
export const namesPhase = ({ entryRule, takesOver }: Pick<EntryDraft, 'entryRule' | 'takesOver'>): boolean =>
  !['everybody', 'list'].includes(entryRule) || takesOver !== 'none'

/** Ranks and scores are read off one of two leaderboards; that a team took part stands on neither. */
export const namesBoard = ({ entryRule }: Pick<EntryDraft, 'entryRule'>): boolean => ['best', 'share', 'baseline'].includes(entryRule)
