import type { TeamRef } from '@/shared/api/models'

/** The team on the leaderboard, its drawer open: what organisers can do about it is there. */
export const teamAddress = (slug: string, team: TeamRef) => ({
  path: `/competitions/${slug}/leaderboard`,
  query: { board: 'public', team: String(team.id) },
})
