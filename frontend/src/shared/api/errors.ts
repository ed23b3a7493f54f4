/** One thing the server says no to; several for a refused submission. */
export interface ApiProblem {
  code: string
  detail: string
  attr: string | null
  params?: Record<string, unknown>
  row?: number | null
  id?: string | null
  column?: string | null
  expected?: unknown
  found?: unknown
  more?: number
}

/** An answer outside 2xx, with the problems the server named. */
export class ApiError extends Error {
  readonly status: number
  readonly problems: ApiProblem[]
  readonly body: unknown

  constructor(status: number, problems: ApiProblem[], body?: unknown) {
    super(problems.map((problem) => problem.detail).join(' ') || `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.problems = problems
    this.body = body
  }

  get code(): string | undefined {
    return this.problems[0]?.code
  }

  /** What is said about one field, for showing it beside the field. */
  about(attr: string): string[] {
    return this.problems.filter((problem) => problem.attr === attr).map((problem) => problem.detail)
  }
}

/** The server could not be reached at all. */
export class NetworkError extends Error {
  constructor(cause?: unknown) {
    super('network', { cause })
    this.name = 'NetworkError'
  }
}

const listeners = new Set<() => void>()

/** Calls back when the server does not know who asks. */
export function onNobody(listener: () => void) {
  listeners.add(listener)
}

/** The error for an answer outside 2xx. */
export function refusal(status: number, body: unknown): ApiError {
  if (status === 401) listeners.forEach((listener) => listener())
  return new ApiError(status, problemsIn(body), body)
}

/** There is nothing at the address, or it is not for who asks. */
export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404

/** No word from the server itself: the line broke, or what stands before it waited in vain. It may have done its work. */
export function isUnheard(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && [502, 504].includes(error.status))
}

/** Asking again may help. */
export function mayPass(error: unknown): boolean {
  return isUnheard(error) || (error instanceof ApiError && (error.status === 429 || error.status >= 500))
}

/** Reads drf-standardized-errors and, from the sign-in endpoints, django-allauth's shape. */
export function problemsIn(body: unknown): ApiProblem[] {
  const errors = (body as { errors?: unknown })?.errors
  if (!Array.isArray(errors)) return []
  return errors.map((error: Record<string, unknown>) => ({
    ...error,
    code: String(error.code ?? 'error'),
    detail: String(error.detail ?? error.message ?? ''),
    attr: (error.attr ?? error.param ?? null) as string | null,
  }))
}
