import { api, ok } from './client'
import type { UserRef } from './models'

/** People whose name or user name has these letters. */
export const findUsers = (search: string, signal?: AbortSignal): Promise<UserRef[]> =>
  ok(api.GET('/api/users/', { params: { query: { search } }, signal }))
