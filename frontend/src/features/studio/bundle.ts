import type { ApiError } from '@/shared/api/errors'

/** What is wrong in a bundle. `place`: file, line and field, as far as they are known. */
export interface PlacedProblem {
  place: string
  detail: string
}

/** What a refused bundle is refused for; nothing, where the refusal is of something else. */
export function placesIn(error: ApiError): PlacedProblem[] {
  return error.problems.flatMap(({ detail, params }) => {
    if (typeof params?.file !== 'string') return []
    const place = [params.file, params.line, params.field].filter((part) => part !== null && part !== undefined && part !== '')
    return [{ place: place.join(': '), detail }]
  })
}
