import { describe, expect, it } from 'vitest'
import { completeMention, exchange, insert, mentionAt, prefix, withoutTitle, wrap, type Draft } from './writing'

/** A text with its selection between | and |, or the caret at one |. */
function draft(marked: string): Draft {
  const start = marked.indexOf('|')
  const end = marked.lastIndexOf('|')
  return { text: marked.replaceAll('|', ''), start, end: start === end ? start : end - 1 }
}
function shown({ text, start, end }: Draft): string {
  return start === end
    ? `${text.slice(0, start)}|${text.slice(start)}`
    : `${text.slice(0, start)}|${text.slice(start, end)}|${text.slice(end)}`
}

describe('marks', () => {
  it.each([
    ['a |b| c', 'a **|b|** c'],
    ['a **|b|** c', 'a |b| c'],
    ['a |c', 'a **|bold|**c'],
  ])('around %s give %s', (before, after) => {
    expect(shown(wrap(draft(before), '**', 'bold'))).toBe(after)
  })

  it('differ at both ends of a link', () => {
    expect(shown(wrap(draft('see |here|'), '[', 'text', '](https://)'))).toBe('see [|here|](https://)')
  })

  it('begin every line, and leave every line again', () => {
    const quoted = prefix(draft('a\nb|c\nd|e\nf'), '> ')
    expect(shown(quoted)).toBe('a\n|> bc\n> de|\nf')
    expect(shown(prefix(quoted, '> '))).toBe('a\n|bc\nde|\nf')
  })
})

describe('inserted text', () => {
  it('gets a line of its own', () => {
    expect(shown(insert(draft('a|b'), '![x](y)', { ownLine: true }))).toBe('a\n![x](y)\n|b')
    expect(shown(insert(draft('|'), 'x', { ownLine: true }))).toBe('x\n|')
  })

  it('is exchanged while somebody types on, behind it and before it', () => {
    expect(shown(exchange(draft('(wait) typed on|'), '(wait)', '![plot](/x)'))).toBe('![plot](/x) typed on|')
    expect(shown(exchange(draft('ab|c (wait)'), '(wait)', 'done'))).toBe('ab|c done')
    expect(shown(exchange(draft('removed|'), '(wait)', 'done'))).toBe('removed|')
  })
})

describe('a mention', () => {
  it.each([
    ['hello @al', { at: 6, name: 'al' }],
    ['@b', { at: 0, name: 'b' }],
    ['ありがとう、@山', { at: 6, name: '山' }],
    ['one\n(@bo', { at: 5, name: 'bo' }],
    ['me@example', null],
    ['`@al', null],
    ['`code` @al', { at: 7, name: 'al' }],
    ['@', null],
    ['@al done', null],
  ])('in %j is %j', (text, mention) => {
    expect(mentionAt(text, text.length)).toEqual(mention)
  })

  it('is completed with one blank behind it', () => {
    expect(shown(completeMention(draft('hi @al| there'), { at: 3, name: 'al' }, 'alice'))).toBe('hi @alice |there')
  })
})

describe('withoutTitle', () => {
  it.each([
    ['# Ridge\n\nWe minimise', 'Ridge', 'We minimise'],
    ['## The `best` *fold* #\nx', 'The best fold', 'x'],
    ['# Only a title', 'Only a title', ''],
    ['# Another\n\nx', 'Ridge', '# Another\n\nx'],
    ['Text\n\n# Ridge', 'Ridge', 'Text\n\n# Ridge'],
    ['No heading', '', 'No heading'],
  ])('of %j is %j without %j', (text, title, left) => {
    expect(withoutTitle(text, title)).toBe(left)
  })
})
