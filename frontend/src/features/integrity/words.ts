/** A share as percent. One that is not all of the values never reads as all of them. */
export function shareText(value: number): string {
  const tenths = Math.round(value * 1000)
  if (value < 1 && tenths === 1000) return '> 99.9 %'
  return `${(tenths / 10).toFixed(1)} %`
}

/** A change of score with its sign, as it was shown. */
export function changeText(change: number, score: (size: number) => string): string {
  if (change === 0) return '±0'
  return `${change > 0 ? '+' : '−'}${score(Math.abs(change))}`
}
