import { type AuthAnswer, refuse, request, type SignedIn, stepOf } from '@/shared/api/auth'
import { commonHeaders } from '@/shared/api/client'
import { ApiError, NetworkError, problemsIn } from '@/shared/api/errors'

/** Signing in at an institution, by django-allauth's endpoints. */

export interface Connection {
  uid: string
  display: string
  provider: { id: string; name: string }
}

/** Leads the browser to the institution; it comes back to `page` of this site. */
export async function goTo(provider: string, page: string, process: 'login' | 'connect' = 'login'): Promise<void> {
  const response = await fetch('/api/auth/browser/v1/auth/provider/redirect', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { Accept: 'application/json', ...commonHeaders('POST') },
    body: new URLSearchParams({ provider, process, callback_url: page }),
  }).catch((cause: unknown) => {
    throw new NetworkError(cause)
  })
  const answer = (await response.json().catch(() => ({}))) as { data?: { location?: string } }
  if (!answer.data?.location) throw new ApiError(response.status, problemsIn(answer), answer)
  location.assign(answer.data.location)
}

/** How far signing in has come, for who comes back from an institution. */
export async function whereNow(): Promise<SignedIn | null> {
  const { status, answer } = await request('GET', 'auth/session')
  return stepOf(status, answer)
}

export interface Unfinished {
  username: string
  email: string
  institution: string
}

/** What the institution said of who has no account here yet. */
export async function unfinishedSignUp(): Promise<Unfinished> {
  const { status, answer } = await request('GET', 'auth/provider/signup')
  if (status !== 200) refuse(status, answer)
  const data = answer.data as { user?: { username?: string }; email?: { email: string }[]; account?: { provider: { name: string } } }
  return { username: data.user?.username ?? '', email: data.email?.[0]?.email ?? '', institution: data.account?.provider.name ?? '' }
}

export async function signUpThere(fields: { username: string; email: string }): Promise<SignedIn> {
  const { status, answer } = await request('POST', 'auth/provider/signup', fields)
  return stepOf(status, answer) ?? refuse(status, answer)
}

/** Whether the account that is signed in has a password: one that was made by an institution has none. */
export async function hasPassword(): Promise<boolean> {
  const { answer } = await request('GET', 'auth/session')
  return (answer as AuthAnswer).data?.user?.has_usable_password ?? true
}

async function connectionsBy(method: string, body?: unknown): Promise<Connection[]> {
  const { status, answer } = await request(method, 'account/providers', body)
  if (status !== 200) refuse(status, answer)
  return answer.data as unknown as Connection[]
}

export const connections = () => connectionsBy('GET')
export const disconnect = ({ provider, uid }: Connection) => connectionsBy('DELETE', { provider: provider.id, account: uid })
