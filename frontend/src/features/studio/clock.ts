import type { Competition, Preset } from '@/shared/api/models'

type Clock = Pick<Competition, 'startsAt' | 'endsAt' | 'dailySubmissionLimit' | 'selectableSubmissions' | 'maxTeamSize'>

/** The preset that the clock and the limits are those of. */
export function presetOf(competition: Clock, presets: readonly Preset[]): Preset | undefined {
  const minutes = (Date.parse(competition.endsAt) - Date.parse(competition.startsAt)) / 60_000
  return presets.find(
    (one) =>
      one.lastsMinutes === minutes &&
      one.dailySubmissionLimit === competition.dailySubmissionLimit &&
      one.selectableSubmissions === competition.selectableSubmissions &&
      one.maxTeamSize === competition.maxTeamSize,
  )
}

/** A code that nobody guesses, of letters that can be read out. */
export function newCode(): string {
  const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from(crypto.getRandomValues(new Uint32Array(12)), (n) => LETTERS[n % LETTERS.length]).join('')
}
