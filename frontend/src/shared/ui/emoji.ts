/** Emoji drawn alike everywhere: pictures of Twemoji, named by their code points, served by us. */

export type Segment = { text: string } | { emoji: string; source: string }

const EMOJI = /\p{RGI_Emoji}/gv

/** Where the picture of an emoji is served. Twemoji drops the variation selector unless a joiner is in the sequence. */
export function emojiSource(emoji: string): string {
  const plain = emoji.includes('\u200d') ? emoji : emoji.replace(/\ufe0f/g, '')
  return `${import.meta.env.BASE_URL}twemoji/${codePoints(plain)}.svg`
}

function codePoints(emoji: string): string {
  const name = [...emoji].map((character) => character.codePointAt(0)?.toString(16)).join('-')
  return name === '1f441-fe0f-200d-1f5e8-fe0f' ? '1f441-200d-1f5e8' : name // The one picture named otherwise.
}

/** Cuts a text into words and emoji. */
export function segments(text: string): Segment[] {
  const found: Segment[] = []
  let end = 0
  for (const match of text.matchAll(EMOJI)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index) })
    found.push({ emoji: match[0], source: emojiSource(match[0]) })
    end = match.index + match[0].length
  }
  if (end < text.length) found.push({ text: text.slice(end) })
  return found
}

export type Part = Segment | { emoji: string; source: string; tail: string }

// Closing brackets and quotes, full stops and commas, in both languages: what no line begins with.
const TAIL = /^[\p{Pe}\p{Pf}.,!?:;、。，．！？：；…]+/u

/** Gives an emoji the marks that close it: a line may break beside a picture, also where it may not beside a letter. */
export function withTails(found: Segment[]): Part[] {
  const parts: Part[] = []
  for (const segment of found) {
    const last = parts.at(-1)
    const tail = 'text' in segment && last && 'emoji' in last ? TAIL.exec(segment.text)?.[0] : undefined
    if (!tail || !last || !('emoji' in last) || !('text' in segment)) {
      parts.push(segment)
      continue
    }
    parts[parts.length - 1] = { ...last, tail }
    if (segment.text.length > tail.length) parts.push({ text: segment.text.slice(tail.length) })
  }
  return parts
}
