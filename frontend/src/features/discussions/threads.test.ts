import { expect, it } from 'vitest'
import type { Comment } from '@/shared/api/models'
import { answered, threads } from './threads'

const comment = (id: number, thread: number | null = null, parent: number | null = thread) => ({ id, thread, parent }) as Comment

it('puts replies of any depth below the comment they began from, in the order of the page', () => {
  const found = threads([comment(5), comment(6, 5), comment(9, 5, 6), comment(7)])
  expect(found.map(({ first, replies }) => [first.id, replies.map((reply) => reply.id)])).toEqual([
    [5, [6, 9]],
    [7, []],
  ])
})

it('keeps replies together whose beginning stands on the page before', () => {
  const found = threads([comment(6, 5), comment(8, 5), comment(10)])
  expect(found.map(({ first, replies }) => [first.id, replies.length])).toEqual([
    [6, 1],
    [10, 0],
  ])
})

it('names whom a reply answers only where it is not the first comment', () => {
  const [thread] = threads([comment(5), comment(6, 5), comment(9, 5, 6)])
  expect(answered(thread!.replies[0]!, thread!)).toBeUndefined()
  expect(answered(thread!.replies[1]!, thread!)?.id).toBe(6)
})
