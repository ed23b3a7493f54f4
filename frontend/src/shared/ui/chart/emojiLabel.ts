import { segments } from '@/shared/ui/emoji'

interface EmojiLabel {
  formatter: () => string
  rich: Record<string, { height: number; backgroundColor: { image: string } }>
}

/** A text with its emoji as pictures, as the label of a chart takes it. `size`: of a picture, in pixels. */
export function emojiLabel(text: string, size = 14): EmojiLabel {
  const rich: EmojiLabel['rich'] = {}
  const parts = segments(text).map((part, index) => {
    // Braces would be read as the name of a style.
    if ('text' in part) return part.text.replaceAll('{', '(').replaceAll('}', ')')
    rich[`emoji${index}`] = { height: size, backgroundColor: { image: part.source } }
    return `{emoji${index}|}`
  })
  const written = parts.join('')
  return { formatter: () => written, rich }
}
