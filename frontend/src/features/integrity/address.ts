import type { TeamRef } from '@/shared/api/models'
import { phaseQuery, type Place } from '@/shared/competition/phases'

/** The team on the leaderboard, its drawer open: what organisers can do about it is there. */
export const teamAddress = (place: Place, team: TeamRef) => ({
  path: `/competitions/${place.slug}/leaderboard`,
  query: { ...phaseQuery(place), board: 'public', team: String(team.id) },
})
