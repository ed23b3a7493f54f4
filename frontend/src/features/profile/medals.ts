/** What a medal is drawn as. */
export const EMOJI = { gold: '🥇', silver: '🥈', bronze: '🥉' } as const

export const MEDALS = ['gold', 'silver', 'bronze'] as const

export interface ActiveDay {
  day: string
  count: number
}

const DAY = 86_400_000
const at = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** The last `weeks` weeks up to `today` (a UTC day), each from Sunday on, with how much was done on each day. */
export function weeksOf(activity: readonly ActiveDay[], today: string, weeks: number): ActiveDay[][] {
  const counts = new Map(activity.map(({ day, count }) => [day, count]))
  const end = at(today)
  const start = end - new Date(end).getUTCDay() * DAY - (weeks - 1) * 7 * DAY
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (__, weekday) => start + (week * 7 + weekday) * DAY)
      .filter((moment) => moment <= end)
      .map((moment) => {
        const day = new Date(moment).toISOString().slice(0, 10)
        return { day, count: counts.get(day) ?? 0 }
      }),
  )
}
