import { beforeEach, describe, expect, it } from 'vitest'
import { forgetToken, keepToken } from './token'

describe('the token of a link', () => {
  beforeEach(() => sessionStorage.clear())

  it('is kept while the address loses it', () => {
    expect(keepToken('#abc')).toBe('abc')
    expect(keepToken('')).toBe('abc')
    expect(keepToken('#def')).toBe('def')
    forgetToken()
    expect(keepToken('')).toBe('')
  })
})
