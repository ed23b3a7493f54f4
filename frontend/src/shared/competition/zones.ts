import type { PublicBoard } from '@/shared/api/models'

export const ZONES = ['gold', 'silver', 'bronze'] as const
export type Zone = (typeof ZONES)[number] | null
/** The last rank of each medal. By which rule is the server's to say: every leaderboard tells its own. */
export type Zones = PublicBoard['zones']

export const NO_ZONES: Zones = { gold: 0, silver: 0, bronze: 0 }

export function zone(rank: number | null, zones: Zones): Zone {
  if (rank === null) return null
  return ZONES.find((name) => rank <= zones[name]) ?? null
}

/** The zone whose first place this rank is, if any: there its name is written. */
export function zoneBegunAt(rank: number | null, zones: Zones): Zone {
  const here = zone(rank, zones)
  return here && rank !== null && (rank === 1 || zone(rank - 1, zones) !== here) ? here : null
}

/** The next better zone and the rank one has to reach for it, of `teams`; null for who is in gold. */
export function nextZone(rank: number | null, zones: Zones, teams: number): { zone: NonNullable<Zone>; rank: number } | null {
  const here = zone(rank, zones)
  const better = here === null ? 'bronze' : ZONES[ZONES.indexOf(here) - 1]
  return better && zones[better] > 0 ? { zone: better, rank: Math.min(zones[better], teams) } : null
}
