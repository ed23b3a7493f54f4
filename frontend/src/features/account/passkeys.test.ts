import { describe, expect, it, vi } from 'vitest'
import { canUsePasskeys, creationOptions, requestOptions, textOf } from './passkeys'

const bytes = (...values: number[]) => new Uint8Array(values)

describe('passkeys', () => {
  it('speak in bytes to the browser and in text to the server', () => {
    expect(textOf(bytes(251, 255, 190, 1).buffer)).toBe('-_--AQ')
    expect(requestOptions({ challenge: '-_--AQ', rpId: 'uzu.example' })).toMatchObject({ rpId: 'uzu.example', challenge: bytes(251, 255, 190, 1) })
  })

  it('name those that are there', () => {
    const user = { id: 'AQ', name: 'mei', displayName: 'Mei' }
    const made = creationOptions({ challenge: 'AA', user, excludeCredentials: [{ id: 'Ag', type: 'public-key' }] })
    expect(made.user).toEqual({ id: bytes(1), name: 'mei', displayName: 'Mei' })
    expect(made.excludeCredentials).toEqual([{ id: bytes(2), type: 'public-key' }])
    expect(requestOptions({ challenge: 'AA', allowCredentials: [{ id: 'Aw', type: 'public-key' }] }).allowCredentials?.[0]?.id).toEqual(bytes(3))
  })

  it('hang on a name and a safe line', () => {
    vi.stubGlobal('PublicKeyCredential', class {})
    vi.stubGlobal('isSecureContext', true)
    expect(['uzu.example', 'localhost', '127.0.0.1', '[::1]'].map((host) => canUsePasskeys(host))).toEqual([true, true, false, false])
    vi.stubGlobal('isSecureContext', false)
    expect(canUsePasskeys('uzu.example')).toBe(false)
    vi.unstubAllGlobals()
  })
})
