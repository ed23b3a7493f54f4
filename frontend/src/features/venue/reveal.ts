import type { Bracket, Competition, PrivateRow } from '@/shared/api/models'
import { stateAt } from '@/shared/competition/clock'

/** The best so many places are revealed one by one, those behind them in groups. */
export const ONE_BY_ONE = 20
const SMALLEST_GROUP = 5
// What a wall shows at once in letters one can read from the back of the room.
const LARGEST_GROUP = 24
const GROUPS = 15

/** Where the final ranking may be read from. */
export type FinalSource = 'private' | 'preview'

/** Nothing private is asked for before the end; between the end and the confirmation only by those who organise. */
export function finalSource(
  competition: Pick<Competition, 'state' | 'startsAt' | 'endsAt' | 'isHost'>,
  now: number,
): FinalSource | null {
  if (now < Date.parse(competition.endsAt)) return null
  if (stateAt(competition, now) === 'confirmed') return 'private'
  return competition.isHost ? 'preview' : null
}

/** What one press of the key shows: best last. */
export type Stage = PrivateRow[]

/** The ranking as a sequence of surprises, from the last place to the first. Teams of one rank appear together. */
export function stagesOf(rows: readonly PrivateRow[]): Stage[] {
  const ranked = rows.filter((row) => row.rank !== null).sort((one, other) => rankOf(other) - rankOf(one))
  const crowd = ranked.filter((row) => rankOf(row) > ONE_BY_ONE)
  const size = Math.min(LARGEST_GROUP, Math.max(SMALLEST_GROUP, Math.ceil(crowd.length / GROUPS)))
  const stages: Stage[] = []
  for (let start = 0; start < crowd.length; start += size) stages.push(crowd.slice(start, start + size))
  const best = new Map<number, Stage>()
  for (const row of ranked.slice(crowd.length)) {
    const together = best.get(rankOf(row))
    if (together) together.push(row)
    else best.set(rankOf(row), [row])
  }
  return [...stages, ...best.values()]
}

function rankOf(row: PrivateRow): number {
  return row.rank ?? Number.POSITIVE_INFINITY
}

/** How many of each bracket are shown. */
const ON_PODIUM = 3

/** The first three of a bracket. */
export interface Podium {
  slug: string
  name: string
  rows: PrivateRow[]
}

/** What follows the whole ranking: of each bracket in its order the first three; of one without a ranked team nothing. */
export function podiumsOf(rows: readonly PrivateRow[], brackets: readonly Pick<Bracket, 'slug' | 'name'>[]): Podium[] {
  const ranked = rows.filter((row) => row.rank !== null).sort((one, other) => rankOf(one) - rankOf(other))
  return brackets
    .map(({ slug, name }) => ({ slug, name, rows: ranked.filter((row) => row.brackets.includes(slug)).slice(0, ON_PODIUM) }))
    .filter((podium) => podium.rows.length > 0)
}

export type Move = 'next' | 'back' | 'start' | 'all'

const KEYS: Record<string, Move> = {
  ' ': 'next',
  ArrowRight: 'next',
  PageDown: 'next', // What the clickers of presenters send.
  ArrowLeft: 'back',
  PageUp: 'back',
  Home: 'start',
  End: 'all',
}

type Press = Pick<KeyboardEvent, 'key' | 'repeat' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** What a key means. A key held down says it once, else a heavy hand would give the winner away. */
export function moveOf(press: Press): Move | null {
  if (press.repeat || press.ctrlKey || press.metaKey || press.altKey) return null
  return KEYS[press.key] ?? null
}

/** How many stages are shown after a move, and then podiums. Everything is first the whole ranking, then all podiums. */
export function stepAfter(step: number, move: Move, stages: number, podiums = 0): number {
  if (move === 'start') return 0
  if (move === 'all') return step < stages ? stages : stages + podiums
  return Math.min(stages + podiums, Math.max(0, step + (move === 'next' ? 1 : -1)))
}

/** What was revealed before the newest stage, best first. */
export function revealedBefore(stages: readonly Stage[], step: number): PrivateRow[] {
  return stages
    .slice(0, Math.max(0, step - 1))
    .flat()
    .reverse()
}
