import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { emojiSource, segments, withTails } from './emoji'

it('leaves text alone and cuts emoji out', () => {
  expect(segments('no emoji 123 #')).toEqual([{ text: 'no emoji 123 #' }])
  expect(segments('a🌀b')).toEqual([{ text: 'a' }, { emoji: '🌀', source: '/twemoji/1f300.svg' }, { text: 'b' }])
})

it.each(['🌀', '❤️', '👩‍🔬', '🏳️‍🌈', '🇯🇵', '1️⃣', '👍🏽', '🥇', '☀️', '👁️‍🗨️'])('has a picture for %s', (emoji) => {
  const [segment, ...rest] = segments(emoji)
  expect(rest).toEqual([])
  expect(segment).toHaveProperty('emoji')
  const name = emojiSource(emoji).split('/').at(-1)
  expect(existsSync(`node_modules/@discordapp/twemoji/dist/svg/${name}`), name).toBe(true)
})

it('keeps what closes a text on the line of its emoji', () => {
  const fox = { emoji: '🦊', source: '/twemoji/1f98a.svg' }
  expect(withTails(segments('「チーム🦊」に参加'))).toEqual([{ text: '「チーム' }, { ...fox, tail: '」' }, { text: 'に参加' }])
  expect(withTails(segments('Join “🦊”!'))).toEqual([{ text: 'Join “' }, { ...fox, tail: '”!' }])
  expect(withTails(segments('🦊 is here'))).toEqual([fox, { text: ' is here' }])
  expect(withTails(segments('no emoji.'))).toEqual([{ text: 'no emoji.' }])
})
