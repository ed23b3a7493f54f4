import { afterEach, expect, it, vi } from 'vitest'
import { inSetup } from '@/shared/testing/inSetup'
import { useToasts } from '@/shared/toasts'
import { useCopy } from './useCopy'

afterEach(() => {
  vi.restoreAllMocks()
  Reflect.deleteProperty(document, 'execCommand')
})

it('copies out of a selected field where the browser refuses its clipboard, and leaves nothing behind', async () => {
  vi.spyOn(navigator.clipboard, 'write').mockRejectedValue(new DOMException('no', 'NotAllowedError'))
  const copied: string[] = []
  document.execCommand = () => {
    copied.push(document.querySelector('textarea')?.value ?? '')
    return true
  }
  const button = document.body.appendChild(document.createElement('button'))
  button.focus()
  const { result } = await inSetup(() => ({ copy: useCopy(), toasts: useToasts() }))
  await result.copy('a link')
  expect(copied).toEqual(['a link'])
  expect(document.querySelector('textarea')).toBeNull()
  expect(document.activeElement).toBe(button)
  expect(result.toasts.queue.map(({ text }) => text)).toEqual(['Copied.'])
})
