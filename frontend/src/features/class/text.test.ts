import { describe, expect, it } from 'vitest'
import { textOf } from './text'

describe('the text of a list', () => {
  it('is read as UTF-8, with or without a mark', async () => {
    expect(await textOf(new Blob(['氏名,mail\n']))).toBe('氏名,mail\n')
    expect(await textOf(new Blob([new Uint8Array([0xef, 0xbb, 0xbf, 0x61])]))).toBe('a')
  })

  it('is read as spreadsheets of Japan write it', async () => {
    // 氏名
    expect(await textOf(new Blob([new Uint8Array([0x8e, 0x81, 0x96, 0xbc])]))).toBe('氏名')
  })
})
