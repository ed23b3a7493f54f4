import type { Bracket } from '@/shared/api/models'
import type { Changes } from './draft'

/** Who says that a team belongs to a bracket. */
export const CHOOSERS = ['teams', 'hosts'] as const
export type BracketDraft = { -readonly [Field in 'slug' | 'name' | 'description' | 'chosenBy']: Bracket[Field] }

const MOST_CHARACTERS = 40

/** A name for addresses out of a name; nothing of one in which no Latin letter or digit stands. */
export const slugFor = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MOST_CHARACTERS)

/** What was changed, as the API takes it. */
export function changedBracket(before: BracketDraft, after: BracketDraft): Changes {
  const fields = ['slug', 'name', 'description', 'chosenBy'] as const
  return Object.fromEntries(fields.map((field) => [field, after[field].trim()] as const).filter(([field, value]) => value !== before[field]))
}
