/** What the editor does to a text: pure functions of the text and the selection, so that they can be tested. */

export interface Draft {
  text: string
  /** The selection, or twice the caret. */
  start: number
  end: number
}

/** Puts marks around the selection, or takes them away; a word in the middle stands selected where nothing was. */
export function wrap({ text, start, end }: Draft, mark: string, word: string, closing = mark): Draft {
  const selected = text.slice(start, end)
  const before = text.slice(0, start)
  const after = text.slice(end)
  if (before.endsWith(mark) && after.startsWith(closing)) {
    const from = start - mark.length
    return { text: before.slice(0, -mark.length) + selected + after.slice(closing.length), start: from, end: from + selected.length }
  }
  const inside = selected || word
  const from = start + mark.length
  return { text: before + mark + inside + closing + after, start: from, end: from + inside.length }
}

/** Begins every line of the selection with a mark, or takes it away from all. */
export function prefix({ text, start, end }: Draft, mark: string): Draft {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const to = lineEnd === -1 ? text.length : lineEnd
  const lines = text.slice(from, to).split('\n')
  const marked = lines.every((line) => line.startsWith(mark))
  const changed = lines.map((line) => (marked ? line.slice(mark.length) : mark + line)).join('\n')
  return { text: text.slice(0, from) + changed + text.slice(to), start: from, end: from + changed.length }
}

/** Puts a text at the caret, on a line of its own where asked. */
export function insert({ text, start, end }: Draft, words: string, { ownLine = false } = {}): Draft {
  const before = text.slice(0, start)
  const after = text.slice(end)
  const lead = ownLine && before && !before.endsWith('\n') ? '\n' : ''
  const trail = ownLine && !after.startsWith('\n') ? '\n' : ''
  const caret = start + lead.length + words.length + trail.length
  return { text: before + lead + words + trail + after, start: caret, end: caret }
}

/** Exchanges a text that may stand anywhere by now, keeping the selection where it is. */
export function exchange({ text, start, end }: Draft, old: string, words: string): Draft {
  const at = text.indexOf(old)
  if (at === -1) return { text, start, end }
  const moved = (position: number) => (position >= at + old.length ? position + words.length - old.length : Math.min(position, at + words.length))
  return { text: text.slice(0, at) + words + text.slice(at + old.length), start: moved(start), end: moved(end) }
}

/** A text without the heading it begins with, where that is its title: the page shows the title already. */
export function withoutTitle(text: string, title: string): string {
  const [heading, words] = /^\s*#{1,2}[ \t]+(.+?)[ \t]*#*[ \t]*(?:\n+|$)/.exec(text) ?? []
  if (!heading || words?.replace(/[*_`]|\[|\]\([^)]*\)/g, '') !== title) return text
  return text.slice(heading.length)
}

export interface Mention {
  /** Where its @ stands. */
  at: number
  name: string
}

/** The mention somebody is typing at the caret, if any. An @ within a word (an email address) or in code begins none. */
export function mentionAt(text: string, caret: number): Mention | null {
  const line = text.slice(text.lastIndexOf('\n', caret - 1) + 1, caret)
  const found = /(?:^|[\s([{,、。「（])@([\p{L}\p{N}_.-]{1,40})$/u.exec(line)
  if (!found?.[1]) return null
  if ((line.slice(0, found.index).match(/`/g)?.length ?? 0) % 2 === 1) return null
  return { at: caret - found[1].length - 1, name: found[1] }
}

export function completeMention({ text, end }: Draft, mention: Mention, username: string): Draft {
  const words = `@${username} `
  const rest = text.slice(end)
  const caret = mention.at + words.length
  return { text: text.slice(0, mention.at) + words + rest.replace(/^ /, ''), start: caret, end: caret }
}
