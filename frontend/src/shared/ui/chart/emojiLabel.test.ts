import { describe, expect, it } from 'vitest'
import { emojiLabel } from './emojiLabel'

describe('emojiLabel', () => {
  it('draws emoji as pictures of ours', () => {
    const { formatter, rich } = emojiLabel('First 🌱 Tree')
    expect(formatter()).toBe('First {emoji1|} Tree')
    expect(rich.emoji1?.backgroundColor.image).toMatch(/twemoji\/1f331\.svg$/)
  })

  it('lets nobody name a style', () => {
    expect(emojiLabel('a {emoji0|x} b').formatter()).toBe('a (emoji0|x) b')
  })
})
