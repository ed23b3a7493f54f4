import { defaultPathSerializer } from 'openapi-fetch'
import type { Competition, PhaseFacts, PhaseRef } from '@/shared/api/models'
import { stateAt } from './clock'

/** What a query is about: a competition, and which of its phases. Without a number, the one the API means where none is named. */
export interface Place {
  slug: string
  phase?: number | undefined
}

/** In an address in place of a phase's number: all of them together. */
export const COMBINED = 'combined'
export type PhaseChoice = number | typeof COMBINED

/** Whether there is one ranking over the phases. */
export const hasCombined = ({ combinedRule, phases }: Pick<Competition, 'combinedRule' | 'phases'>): boolean => combinedRule !== '' && phases.length > 1

/** For a request whose address is a competition's: the same address below the phase, where there is one to name. */
export const inPhase = ({ phase }: Place) =>
  phase === undefined
    ? {}
    : {
        pathSerializer: (pathname: string, params: Record<string, unknown>) =>
          defaultPathSerializer(pathname.replace('{competition}/', '{competition}/phases/{phase}/'), { ...params, phase }),
      }

/** An address of the API below a competition, or below its phase. */
export const addressIn = ({ slug, phase }: Place, rest: string) =>
  `/api/competitions/${encodeURIComponent(slug)}/${phase === undefined ? '' : `phases/${phase}/`}${rest}`

/** The end of a query's key: what is known of one phase is never shown for another. */
export const phaseKey = ({ phase }: { phase?: number | undefined }): { phase: number }[] => (phase === undefined ? [] : [{ phase }])

/** The query of an address within the app that stays in the same phase. */
export const phaseQuery = ({ phase }: { phase?: number | undefined }): { phase?: string } => (phase === undefined ? {} : { phase: String(phase) })

/** The one the API means where none is named. */
export const currentPhase = (phases: readonly PhaseRef[]): PhaseRef | undefined => phases.find(({ isCurrent }) => isCurrent) ?? phases[0]

/** The one whose number stands in an address; none where there is no such phase. */
export const phaseInAddress = (asked: unknown, phases: readonly PhaseRef[]): PhaseRef | undefined => phases.find(({ number }) => String(number) === asked)

export const hasStarted = ({ startsAt }: Pick<PhaseRef, 'startsAt'>, now: number): boolean => Date.parse(startsAt) <= now

export const running = (phases: readonly PhaseRef[], now: number): PhaseRef[] => phases.filter((phase) => stateAt(phase, now) === 'running')

/** Where one submits: in the phase of the page one comes from where that one runs, else where the API means. */
export function submitPage({ slug, phases }: Pick<Competition, 'slug' | 'phases'>, asked: unknown, now: number) {
  const looked = phases.length > 1 ? phaseInAddress(asked, running(phases, now)) : undefined
  return { path: `/competitions/${slug}/submit`, query: phaseQuery({ phase: looked?.number }) }
}

/** Whether one's team may take part in the phase that is shown; null: one has no team, or nobody said. */
export const entryIn = ({ phases, phase }: Pick<Competition, 'phases' | 'phase'>) =>
  (phase === undefined ? currentPhase(phases) : phases.find(({ number }) => number === phase))?.myEntry ?? null

/** Whether nothing can be submitted to it because one's team is not in it, or not yet. */
export const isKeptOut = (competition: Pick<Competition, 'phases' | 'phase'>) => ['out', 'waiting'].includes(entryIn(competition)?.state ?? 'open')

/** A competition as it is in one of its phases. */
export const competitionIn = (competition: Competition, facts: PhaseFacts): Competition => ({ ...competition, ...facts, phase: facts.number })
