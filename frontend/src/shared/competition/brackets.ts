import type { Bracket, Competition } from '@/shared/api/models'

type Named = Pick<Bracket, 'slug' | 'name'>

/** The brackets of these slugs, in the order of the competition. One that was just removed is left out. */
export function bracketsOf<B extends Named>(slugs: readonly string[], brackets: readonly B[]): B[] {
  return brackets.filter(({ slug }) => slugs.includes(slug))
}

/** Those that a team says itself, and not the organisers. */
export const chosenByTeams = <B extends Pick<Bracket, 'chosenBy'>>(brackets: readonly B[]): B[] => brackets.filter(({ chosenBy }) => chosenBy === 'teams')

/** The slug in an address, where the competition has such a bracket; else none, which is the whole leaderboard. */
export function bracketInAddress(asked: unknown, brackets: readonly Named[]): string {
  return brackets.find(({ slug }) => slug === asked)?.slug ?? ''
}

/** Whether a leaderboard may be narrowed to a bracket: not by who sees the row of one's own team alone. */
export const canFilter = ({ brackets, boardAudience, isHost }: Pick<Competition, 'brackets' | 'boardAudience' | 'isHost'>, isConfirmed: boolean): boolean =>
  brackets.length > 0 && (isHost || isConfirmed || boardAudience !== 'own_row')
