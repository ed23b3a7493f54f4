import type { History, PrivateRow } from '@/shared/api/models'
import type { Place } from '@/shared/competition/standings'

type Team = History['teams'][number]

/** The final ranking as the last frame of the race. `at`: the moment it stands for, in milliseconds. */
export function finalPlaces(rows: readonly Pick<PrivateRow, 'rank' | 'score' | 'team'>[], at: number): Place[] {
  return rows
    .flatMap(({ rank, score, team }) => (rank === null || score === null ? [] : [{ team: team.id, at, score, rank }]))
    .sort((one, other) => one.rank - other.rank)
}

/** The teams of the race and those that only the final ranking brought to the front. */
export function withFinalTeams(teams: readonly Team[], rows: readonly Pick<PrivateRow, 'team' | 'isMine'>[]): Team[] {
  const known = new Set(teams.map(({ id }) => id))
  return [...teams, ...rows.filter(({ team }) => !known.has(team.id)).map(({ team, isMine }) => ({ ...team, isMine }))]
}
