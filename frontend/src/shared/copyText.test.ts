import { afterEach, expect, it, vi } from 'vitest'
import { copyText } from './copyText'

afterEach(() => {
  vi.unstubAllGlobals()
  Reflect.deleteProperty(document, 'execCommand')
})

it('uses the clipboard where the browser offers it', async () => {
  const writeText = vi.fn().mockResolvedValue(undefined)
  vi.stubGlobal('navigator', { clipboard: { writeText } })
  await copyText('a link')
  expect(writeText).toHaveBeenCalledWith('a link')
})

it('copies a selected field where it does not, and leaves nothing behind', async () => {
  vi.stubGlobal('navigator', {})
  const copied: string[] = []
  document.execCommand = () => {
    copied.push((document.activeElement as HTMLTextAreaElement | null)?.value ?? '')
    return true
  }
  const button = document.body.appendChild(document.createElement('button'))
  button.focus()
  await copyText('a link')
  expect(copied).toEqual(['a link'])
  expect(document.querySelector('textarea')).toBeNull()
  expect(document.activeElement).toBe(button)
})

it('says so when nothing was copied', async () => {
  vi.stubGlobal('navigator', {})
  document.execCommand = () => false
  await expect(copyText('a link')).rejects.toThrow()
})
