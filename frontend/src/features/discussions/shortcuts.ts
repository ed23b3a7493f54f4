/** What a key pressed in the editor asks for. */

export type Shortcut = { tool: 'bold' | 'italic' | 'link' | 'code' } | 'send'
export type MentionKey = 'next' | 'previous' | 'choose' | 'close'

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>

const TOOLS: Record<string, 'bold' | 'italic' | 'link' | 'code'> = { b: 'bold', i: 'italic', k: 'link', e: 'code' }
const MENTIONS: Record<string, MentionKey> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'choose',
  Tab: 'choose',
  Escape: 'close',
}

/** Control, or Command on a Mac, with a letter or Enter. */
export function shortcutOf(press: Press, isMac: boolean): Shortcut | null {
  if (!(isMac ? press.metaKey : press.ctrlKey)) return null
  if (press.key === 'Enter') return 'send'
  const tool = TOOLS[press.key.toLowerCase()]
  return tool ? { tool } : null
}

/** What a key does while the list of people is open. */
export const mentionKeyOf = (key: string): MentionKey | null => MENTIONS[key] ?? null
