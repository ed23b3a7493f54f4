import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick } from 'vue'
import { useCompletion } from './useCompletion'

describe('useCompletion', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('asks once the typing rests, for what stands there then', async () => {
    const find = vi.fn(async (text: string) => [text])
    const scope = effectScope()
    const { text, found, isAsking } = scope.run(() => useCompletion(find))!
    for (const typed of ['a', 'al', ' ali ']) {
      text.value = typed
      await nextTick()
    }
    expect(isAsking.value).toBe(true)
    await vi.runAllTimersAsync()
    expect(find).toHaveBeenCalledOnce()
    expect(found.value).toEqual(['ali'])
    expect(isAsking.value).toBe(false)
    scope.stop()
  })

  it('forgets an answer that comes after the text has changed', async () => {
    const answers: Record<string, (found: string[]) => void> = {}
    const find = (text: string) => new Promise<string[]>((resolve) => (answers[text] = resolve))
    const scope = effectScope()
    const { text, found } = scope.run(() => useCompletion(find))!
    text.value = 'old'
    await nextTick()
    await vi.runAllTimersAsync()
    text.value = 'new'
    await nextTick()
    await vi.runAllTimersAsync()
    answers.new?.(['new'])
    answers.old?.(['old'])
    await vi.runAllTimersAsync()
    expect(found.value).toEqual(['new'])
    scope.stop()
  })

  it('asks nothing for an empty text, and offers nothing when the server does not answer', async () => {
    const find = vi.fn(() => Promise.reject(new Error('down')))
    const scope = effectScope()
    const { text, found, isAsking } = scope.run(() => useCompletion(find))!
    text.value = '  '
    await nextTick()
    await vi.runAllTimersAsync()
    expect(find).not.toHaveBeenCalled()
    text.value = 'a'
    await nextTick()
    await vi.runAllTimersAsync()
    expect(found.value).toEqual([])
    expect(isAsking.value).toBe(false)
    scope.stop()
  })
})
