import { api, ok } from '@/shared/api/client'
import type { Team } from '@/shared/api/models'

const MOST_FOUND = 10

/** Teams of a competition by a part of their name, or of that of a member. */
export async function findTeams(competition: string, search: string, signal: AbortSignal): Promise<Team[]> {
  const options = { params: { path: { competition }, query: { search, pageSize: MOST_FOUND } }, signal }
  return (await ok(api.GET('/api/competitions/{competition}/teams/', options))).results
}
