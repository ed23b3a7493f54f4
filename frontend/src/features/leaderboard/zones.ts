export type Zone = 'gold' | 'silver' | 'bronze' | null

/**
 * Medal zones as people who compete know them: by the number of ranked teams (Kaggle's progression table).
 * Below ten teams there are three medals, one of each.
 */
export function zone(rank: number | null, teams: number): Zone {
  if (rank === null) return null
  const [gold, silver, bronze] = limits(teams)
  if (rank <= gold) return 'gold'
  if (rank <= silver) return 'silver'
  return rank <= bronze ? 'bronze' : null
}

function limits(teams: number): [number, number, number] {
  if (teams < 10) return [1, 2, 3]
  if (teams < 100) return [Math.max(1, Math.floor(teams * 0.1)), Math.floor(teams * 0.2), Math.floor(teams * 0.4)]
  if (teams < 250) return [10, Math.floor(teams * 0.2), Math.floor(teams * 0.4)]
  if (teams < 1000) return [10 + Math.floor(teams * 0.002), 50, 100]
  return [10 + Math.floor(teams * 0.002), Math.floor(teams * 0.05), Math.floor(teams * 0.1)]
}
