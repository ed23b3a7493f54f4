import { flushPromises } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { useLike } from './useLike'

function server() {
  const answers: ((fails?: boolean) => void)[] = []
  const state = { isLiked: false, likeCount: 4 }
  const send = vi.fn(
    (liked: boolean) =>
      new Promise<{ isLiked: boolean; likeCount: number }>((resolve, reject) =>
        answers.push((fails) => {
          if (fails) return reject(new Error('refused'))
          if (state.isLiked !== liked) state.likeCount += liked ? 1 : -1
          state.isLiked = liked
          resolve({ ...state })
        }),
      ),
  )
  return { answers, send }
}

it('shows a like before the server answers', async () => {
  const { answers, send } = server()
  const { shown, toggle } = useLike(() => ({ isLiked: false, likeCount: 4 }), send, () => {})
  void toggle()
  expect(shown.value).toEqual({ isLiked: true, likeCount: 5 })
  answers[0]!()
  await flushPromises()
  expect(shown.value).toEqual({ isLiked: true, likeCount: 5 })
})

it('sends only the last wish of an impatient person', async () => {
  const { answers, send } = server()
  const { shown, toggle } = useLike(() => ({ isLiked: false, likeCount: 4 }), send, () => {})
  void toggle()
  void toggle()
  expect(shown.value).toEqual({ isLiked: false, likeCount: 4 })
  answers[0]!()
  await flushPromises()
  answers[1]!()
  await flushPromises()
  expect(send.mock.calls).toEqual([[true], [false]])
  expect(shown.value).toEqual({ isLiked: false, likeCount: 4 })
})

it('goes back to what was when the server refuses, and says so', async () => {
  const { answers, send } = server()
  const failed = vi.fn()
  const { shown, toggle } = useLike(() => ({ isLiked: false, likeCount: 4 }), send, failed)
  void toggle()
  answers[0]!(true)
  await flushPromises()
  expect(shown.value).toEqual({ isLiked: false, likeCount: 4 })
  expect(failed).toHaveBeenCalledOnce()
})
