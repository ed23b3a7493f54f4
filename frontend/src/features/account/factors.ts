import { type AuthAnswer, refuse, request, type SignedIn, stepOf } from '@/shared/api/auth'
import { makePasskey, showPasskey } from './passkeys'

/** The second factor, by django-allauth's endpoints. What changes one may be answered by "who are you, again?". */

export interface Factor {
  type: 'totp' | 'webauthn' | 'recovery_codes'
  id?: number
  name?: string
  created_at: number
  last_used_at: number | null
  total_code_count?: number
  unused_code_count?: number
  unused_codes?: string[]
}

const AUTHENTICATORS = 'account/authenticators'

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const { status, answer } = await request(method, path, body)
  if (status !== 200) refuse(status, answer)
  return answer.data as T
}

async function step(path: string, body: unknown): Promise<SignedIn> {
  const { status, answer } = await request('POST', path, body)
  return stepOf(status, answer) ?? refuse(status, answer)
}

// --- signing in
export const giveCode = (code: string) => step('auth/2fa/authenticate', { code })

export async function givePasskey(): Promise<SignedIn> {
  return step('auth/webauthn/authenticate', { credential: await shown('auth/webauthn/authenticate') })
}

async function shown(path: string) {
  const { request_options: options } = await ask<{ request_options: { publicKey: Record<string, unknown> } }>('GET', path)
  return showPasskey(options.publicKey)
}

// --- saying once more who one is
export const giveCodeAgain = (code: string) => ask<unknown>('POST', 'auth/2fa/reauthenticate', { code })

export async function givePasskeyAgain(): Promise<void> {
  await ask('POST', 'auth/webauthn/reauthenticate', { credential: await shown('auth/webauthn/reauthenticate') })
}

/** The ways in which that is asked for: `password`, and types of factors. Nothing: the refusal is another. */
export function waysIn(answer: unknown): string[] {
  const flows = (answer as AuthAnswer | undefined)?.data?.flows ?? []
  const again = flows.filter(({ id }) => id === 'reauthenticate' || id === 'mfa_reauthenticate')
  return again.flatMap(({ id, types }) => (id === 'reauthenticate' ? ['password'] : (types ?? [])))
}

// --- changing it
export const listFactors = () => ask<Factor[]>('GET', AUTHENTICATORS)

/** A secret for a code app, which counts once a code of it is given. */
export async function freshSecret(): Promise<{ secret: string; url: string }> {
  const { status, answer } = await request('GET', `${AUTHENTICATORS}/totp`)
  const { secret, totp_url: url } = (answer.meta ?? {}) as { secret?: string; totp_url?: string }
  if (status !== 404 || !secret || !url) return refuse(status, answer)
  return { secret, url }
}

export const addApp = (code: string) => ask<Factor>('POST', `${AUTHENTICATORS}/totp`, { code })
export const removeApp = () => ask<unknown>('DELETE', `${AUTHENTICATORS}/totp`)
export const recoveryCodes = () => ask<Factor>('GET', `${AUTHENTICATORS}/recovery-codes`)
export const renewCodes = () => ask<Factor>('POST', `${AUTHENTICATORS}/recovery-codes`, {})

export async function addPasskey(name: string): Promise<Factor> {
  const { creation_options: options } = await ask<{ creation_options: { publicKey: Record<string, unknown> } }>('GET', `${AUTHENTICATORS}/webauthn`)
  return ask('POST', `${AUTHENTICATORS}/webauthn`, { name, credential: await makePasskey(options.publicKey) })
}
export const renamePasskey = (id: number, name: string) => ask<Factor>('PUT', `${AUTHENTICATORS}/webauthn`, { id, name })
export const removePasskey = (id: number) => ask<unknown>('DELETE', `${AUTHENTICATORS}/webauthn`, { authenticators: [id] })
