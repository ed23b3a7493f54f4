import { describe, expect, it } from 'vitest'
import { ApiError } from '@/shared/api/errors'
import { useIdentity } from './useIdentity'

const asks = () => new ApiError(401, [], { data: { flows: [{ id: 'reauthenticate' }, { id: 'mfa_reauthenticate', types: ['totp'] }] } })

function once(error: unknown) {
  let tries = 0
  return async () => {
    tries += 1
    if (tries === 1) throw error
    return tries
  }
}

describe('useIdentity', () => {
  it('does what needs no question', async () => {
    expect(await useIdentity().withIdentity(async () => 1)).toBe(1)
  })

  it('asks where the server asks, and does it then', async () => {
    const { question, withIdentity } = useIdentity()
    const outcome = withIdentity(once(asks()))
    await Promise.resolve()
    await Promise.resolve()
    expect(question.value?.ways).toEqual(['password', 'totp'])
    question.value?.answer(true)
    expect(await outcome).toBe(2)
    expect(question.value).toBeNull()
  })

  it('leaves it where nobody answers', async () => {
    const { question, withIdentity } = useIdentity()
    const outcome = withIdentity(once(asks()))
    await Promise.resolve()
    await Promise.resolve()
    question.value?.answer(false)
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('passes on every other refusal', async () => {
    const other = new ApiError(400, [])
    await expect(useIdentity().withIdentity(once(other))).rejects.toBe(other)
    await expect(useIdentity().withIdentity(once(new ApiError(401, [])))).rejects.toMatchObject({ status: 401 })
  })
})
