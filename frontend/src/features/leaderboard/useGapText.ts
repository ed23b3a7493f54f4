import { useFormat } from '@/shared/format/useFormat'

/** A distance between two scores with the competition's digits; one that they do not show is told as less than the smallest. */
export function useGapText(digits: () => number) {
  const format = useFormat()
  return (gap: number | null, sign = '+'): string => {
    if (gap === null || gap < 0) return ''
    if (gap === 0) return '='
    const least = 10 ** -digits()
    return gap < least ? `<${format.score(least, digits())}` : `${sign}${format.score(gap, digits())}`
  }
}
