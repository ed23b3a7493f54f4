import { onKeyStroke } from '@vueuse/core'
import { ref } from 'vue'

interface Acts {
  count: () => number
  /** Brings a row into sight and the focus to it. */
  focus: (index: number) => void
  search: () => void
  mine: () => number | null
  help: () => void
}

const KEYS = ['j', 'k', 'm', '/', '?'] as const

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null)
}

/** Moves through a leaderboard by keys: j and k to the next and the previous row, m to one's own, / to the search, ? for help. */
export function useBoardKeys(acts: Acts) {
  const cursor = ref(-1)

  function go(index: number) {
    cursor.value = Math.min(acts.count() - 1, Math.max(0, index))
    if (cursor.value >= 0) acts.focus(cursor.value)
  }

  onKeyStroke([...KEYS], (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return
    event.preventDefault()
    if (event.key === 'j') go(cursor.value + 1)
    else if (event.key === 'k') go(cursor.value - 1)
    else if (event.key === 'm') go(acts.mine() ?? cursor.value)
    else if (event.key === '/') acts.search()
    else acts.help()
  })

  return { cursor }
}
