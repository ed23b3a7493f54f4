import type { Competition, DiscussionItem } from '@/shared/api/models'

export type Audience = DiscussionItem['audience']
export interface Addressed {
  audience: Audience
  /** Of a bracket its slug, of a phase its number. */
  audienceOf: string
}
export interface Choice extends Addressed {
  /** The name of the bracket or phase. */
  name?: string
}

export const EVERYBODY: Addressed = { audience: 'everybody', audienceOf: '' }

/** To whom an announcement of the competition may be written. A single phase is everybody. */
export function choicesOf(competition: Pick<Competition, 'brackets' | 'phases'>): Choice[] {
  const phases = competition.phases.length > 1 ? competition.phases : []
  return [
    EVERYBODY,
    { audience: 'never_submitted', audienceOf: '' },
    ...competition.brackets.map(({ slug, name }): Choice => ({ audience: 'bracket', audienceOf: slug, name })),
    ...phases.map(({ number, name }): Choice => ({ audience: 'phase', audienceOf: String(number), name: name || String(number) })),
  ]
}

/** What it is called; what is gone by now, as it was written down. */
export function nameIn(competition: Pick<Competition, 'brackets' | 'phases'> | undefined, { audience, audienceOf }: Addressed): string {
  if (audience === 'bracket') return competition?.brackets.find(({ slug }) => slug === audienceOf)?.name || audienceOf
  if (audience === 'phase') return competition?.phases.find(({ number }) => String(number) === audienceOf)?.name || audienceOf
  return ''
}
