import { commonHeaders } from './client'
import { ApiError, NetworkError, problemsIn } from './errors'

/**
 * django-allauth's headless browser API. It is no part of our OpenAPI schema, so the few shapes we read stand here.
 * A 401 with flows is not an error but "one more step": the email address wants confirming.
 */
interface Flow {
  id: string
  is_pending?: boolean
  types?: string[]
}

export interface AuthAnswer {
  status: number
  data?: { flows?: Flow[]; email?: string; user?: { username?: string; email?: string; has_usable_password?: boolean } }
  meta?: unknown
  errors?: unknown
}

export async function request(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  let response: Response
  try {
    response = await fetch(`/api/auth/browser/v1/${path}`, {
      method,
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...commonHeaders(method), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (cause) {
    throw new NetworkError(cause)
  }
  const answer = (await response.json().catch(() => ({ status: response.status }))) as AuthAnswer
  return { status: response.status, answer }
}

export function isPending(answer: AuthAnswer, flow: string): boolean {
  return answer.data?.flows?.some(({ id, is_pending }) => id === flow && is_pending) ?? false
}

/** What counts as the second step of signing in, where one is asked for. */
function factorsIn(answer: AuthAnswer): string[] {
  return answer.data?.flows?.find(({ id, is_pending }) => id === 'mfa_authenticate' && is_pending)?.types ?? []
}

export function refuse(status: number, answer: AuthAnswer): never {
  throw new ApiError(status, problemsIn(answer), answer)
}

export type SignedIn = 'signed-in' | 'confirm-email' | 'second-factor' | 'sign-up'

/** The factors that the last step asked for. */
export const factors: { asked: string[] } = { asked: [] }

/** How far signing in has come, by what an endpoint answers; nothing where that is no step of it. */
export function stepOf(status: number, answer: AuthAnswer): SignedIn | null {
  if (status === 200) return 'signed-in'
  if (status !== 401) return null
  if (isPending(answer, 'verify_email')) return 'confirm-email'
  if (isPending(answer, 'provider_signup')) return 'sign-up'
  if (!isPending(answer, 'mfa_authenticate')) return null
  factors.asked = factorsIn(answer)
  return 'second-factor'
}

/** `next`: the page that a link confirming the address leads to afterwards. */
async function enter(path: string, body: unknown, next = ''): Promise<SignedIn> {
  const { status, answer } = await request('POST', next ? `${path}?${new URLSearchParams({ next })}` : path, body)
  return stepOf(status, answer) ?? refuse(status, answer)
}

export function signIn(identifier: string, password: string, next?: string): Promise<SignedIn> {
  const name = identifier.includes('@') ? { email: identifier } : { username: identifier }
  return enter('auth/login', { ...name, password }, next)
}

export function signUp(fields: { username: string; email: string; password: string }, next?: string): Promise<SignedIn> {
  return enter('auth/signup', fields, next)
}

/** Signing out is answered with 401: nobody is signed in any more. */
export async function signOut(): Promise<void> {
  const { status, answer } = await request('DELETE', 'auth/session')
  if (status !== 401 && status !== 200) refuse(status, answer)
}

export interface EmailConfirmation {
  email: string
  username: string
}

export async function lookUpConfirmation(key: string): Promise<EmailConfirmation> {
  const { status, answer } = await request('GET', 'auth/email/verify', undefined, { 'X-Email-Verification-Key': key })
  if (status !== 200) refuse(status, answer)
  return { email: answer.data?.email ?? '', username: answer.data?.user?.username ?? '' }
}

/** Whether confirming also signed one in. */
export async function confirmEmail(key: string): Promise<boolean> {
  const { status, answer } = await request('POST', 'auth/email/verify', { key })
  if (status !== 200 && status !== 401) refuse(status, answer)
  return status === 200
}

export async function requestPasswordReset(email: string): Promise<void> {
  const { status, answer } = await request('POST', 'auth/password/request', { email })
  if (status !== 200 && status !== 401) refuse(status, answer)
}

export async function checkResetKey(key: string): Promise<void> {
  const { status, answer } = await request('GET', 'auth/password/reset', undefined, { 'X-Password-Reset-Key': key })
  if (status !== 200) refuse(status, answer)
}

export async function resetPassword(key: string, password: string): Promise<void> {
  const { status, answer } = await request('POST', 'auth/password/reset', { key, password })
  if (status !== 200 && status !== 401) refuse(status, answer)
}

export async function changePassword(currentPassword: string | undefined, newPassword: string): Promise<void> {
  const { status, answer } = await request('POST', 'account/password/change', {
    current_password: currentPassword,
    new_password: newPassword,
  })
  if (status !== 200) refuse(status, answer)
}

/** Says once more who one is; changes of the address book ask for it when signing in was a while ago. */
export async function reauthenticate(password: string): Promise<void> {
  const { status, answer } = await request('POST', 'auth/reauthenticate', { password })
  if (status !== 200) refuse(status, answer)
}

export interface EmailAddress {
  email: string
  primary: boolean
  verified: boolean
}

async function emails(method: string, body?: unknown): Promise<EmailAddress[]> {
  const { status, answer } = await request(method, 'account/email', body)
  if (status !== 200) refuse(status, answer)
  return (answer.data ?? []) as unknown as EmailAddress[]
}

export const emailAddresses = {
  list: () => emails('GET'),
  add: (email: string) => emails('POST', { email }),
  remove: (email: string) => emails('DELETE', { email }),
  async resend(email: string): Promise<void> {
    const { status, answer } = await request('PUT', 'account/email', { email })
    if (status !== 200) refuse(status, answer)
  },
}
