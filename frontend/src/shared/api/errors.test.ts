import { describe, expect, it, vi } from 'vitest'
import { ApiError, isUnheard, mayPass, NetworkError, onNobody, problemsIn, refusal } from './errors'

describe('problems', () => {
  it.each([
    [{ errors: [{ code: 'taken', detail: 'Taken.', attr: 'name' }] }, [{ code: 'taken', detail: 'Taken.', attr: 'name' }]],
    [{ errors: [{ code: 'wrong', message: 'Wrong.', param: 'login' }] }, [expect.objectContaining({ code: 'wrong', detail: 'Wrong.', attr: 'login' })]],
    [{ errors: [{}] }, [{ code: 'error', detail: '', attr: null }]],
    [{ errors: 'none' }, []],
    [null, []],
    ['<html>', []],
  ])('of %j', (body, problems) => {
    expect(problemsIn(body)).toEqual(problems)
  })
})

it.each([
  [new NetworkError(), true, true],
  [new ApiError(502, []), true, true],
  [new ApiError(504, []), true, true],
  [new ApiError(503, []), false, true],
  [new ApiError(429, []), false, true],
  [new ApiError(400, []), false, false],
  [new Error('mine'), false, false],
])('%s: unheard %s, may pass %s', (error, unheard, passes) => {
  expect([isUnheard(error), mayPass(error)]).toEqual([unheard, passes])
})

it('tells whoever wants to know when the server does not know who asks', () => {
  const listener = vi.fn()
  onNobody(listener)
  refusal(403, null)
  expect(listener).not.toHaveBeenCalled()
  refusal(401, null)
  expect(listener).toHaveBeenCalledOnce()
})

it('puts what is said about a field beside it', () => {
  const error = new ApiError(400, problemsIn({ errors: [{ code: 'a', detail: 'A', attr: 'x' }, { code: 'b', detail: 'B', attr: 'y' }] }))
  expect(error.about('y')).toEqual(['B'])
  expect(error.code).toBe('a')
  expect(error.message).toBe('A B')
})
