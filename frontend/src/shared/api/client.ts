import createClient, { type Middleware } from 'openapi-fetch'
import { NetworkError, refusal } from './errors'
import type { paths } from './schema'

/** Django's CSRF token, from its cookie. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
}

/** Headers every request of the app carries. */
export function commonHeaders(method: string): Record<string, string> {
  const language = document.documentElement.lang || 'en'
  // The second beats the language of the account: it may have been chosen elsewhere, and sentences stand among ours.
  const headers: Record<string, string> = { 'Accept-Language': language, 'X-Page-Language': language }
  if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) headers['X-CSRFToken'] = csrfToken()
  return headers
}

const headers: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(commonHeaders(request.method))) request.headers.set(name, value)
    return request
  },
}

/**
 * The typed client. `cache: no-cache` lets the browser ask with `If-None-Match` and reuse what it has on 304: polling an
 * unchanged leaderboard costs no body.
 */
export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  credentials: 'same-origin',
  cache: 'no-cache',
  fetch: (request) => globalThis.fetch(request),
})
api.use(headers)

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data of an answer; throws `ApiError` or `NetworkError`. */
export async function ok<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await request
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new NetworkError(cause)
  }
  if (!answer.response.ok) throw refusal(answer.response.status, answer.error)
  return answer.data as T
}
