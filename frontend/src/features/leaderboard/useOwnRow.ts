import { useWindowScroll, useWindowSize } from '@vueuse/core'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'

interface Rows {
  /** The index of one's own row from zero; null if it stands nowhere. */
  index: number | null
  /** Where the first row begins in the page, how tall one is, and how much of the window's top is covered; in pixels. */
  top: number
  height: number
  covered: number
}

/** The edge of the window beyond which the most of one's own row is; null while it is in sight. */
export function edgeOf({ index, top, height, covered }: Rows, scrolled: number, windowHeight: number): 'top' | 'bottom' | null {
  if (index === null) return null
  const middle = top + (index + 0.5) * height - scrolled
  if (middle < covered) return 'top'
  return middle > windowHeight ? 'bottom' : null
}

/** On which edge of the window one's own row has to be shown a second time. */
export function useOwnRow(rows: MaybeRefOrGetter<Rows>) {
  const { y } = useWindowScroll()
  const { height } = useWindowSize()
  return computed(() => edgeOf(toValue(rows), y.value, height.value))
}
