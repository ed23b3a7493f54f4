import type { DiscussionItem, History } from '@/shared/api/models'

/** A moment at which a team's best score became better. */
export interface BestScore {
  key: string
  team: string
  at: string
  score: number
  /** Whether it is the team's first one. */
  isFirst: boolean
}

/** The newest best scores of all teams, newest first. */
export function latestBests(history: Pick<History, 'teams' | 'points'>, most: number): BestScore[] {
  return history.teams
    .flatMap(({ id, name }) =>
      (history.points[String(id)] ?? []).map(([at, score], index) => ({
        key: `${id}-${String(at)}`,
        team: name,
        at: String(at),
        score: Number(score),
        isFirst: index === 0,
      })),
    )
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, most)
}

/** The newest announcements, newest first. */
export function latestAnnouncements(discussions: readonly DiscussionItem[], most: number): DiscussionItem[] {
  return discussions
    .filter((discussion) => discussion.isAnnouncement && !discussion.isHidden)
    .sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt))
    .slice(0, most)
}
