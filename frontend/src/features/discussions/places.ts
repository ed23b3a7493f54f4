import type { Competition } from '@/shared/api/models'

/** Where discussions live: those of a competition below its page, the others on their own. */
export function placePath(competition: Pick<Competition, 'slug'> | null | undefined): string {
  return competition ? `/competitions/${competition.slug}/discussions` : '/discussions'
}
