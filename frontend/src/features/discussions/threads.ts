import type { Comment } from '@/shared/api/models'

export interface Thread {
  first: Comment
  replies: Comment[]
}

/** A flat page of comments as threads: replies of any depth stand below the comment they began from. */
export function threads(comments: readonly Comment[]): Thread[] {
  const found = new Map<number, Thread>()
  const order: Thread[] = []
  for (const comment of comments) {
    const thread = comment.thread === null ? undefined : found.get(comment.thread)
    if (thread) thread.replies.push(comment)
    else {
      const begun = { first: comment, replies: [] }
      found.set(comment.thread ?? comment.id, begun)
      order.push(begun)
    }
  }
  return order
}

/** Whom a comment answers, where that is not the comment right above its thread. */
export function answered(comment: Comment, thread: Thread): Comment | undefined {
  if (comment.parent === null || comment.parent === thread.first.id) return undefined
  return thread.replies.find((reply) => reply.id === comment.parent)
}
