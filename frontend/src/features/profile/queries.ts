import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Profile } from '@/shared/api/models'

export const profileQuery = defineQueryOptions((username: string) => ({
  key: ['users', username],
  query: ({ signal }): Promise<Profile> => ok(api.GET('/api/users/{username}/', { params: { path: { username } }, signal })),
}))

export const historyQuery = defineQueryOptions(({ username, page }: { username: string; page: number }) => ({
  key: ['users', username, 'competitions', page],
  query: ({ signal }) =>
    ok(api.GET('/api/users/{username}/competitions/', { params: { path: { username }, query: { page, pageSize: 50 } }, signal })),
}))

export const achievementsQuery = defineQueryOptions((username: string) => ({
  key: ['users', username, 'achievements'],
  query: ({ signal }) => ok(api.GET('/api/users/{username}/achievements/', { params: { path: { username } }, signal })),
}))

export const rankingQuery = defineQueryOptions(({ page, pageSize }: { page: number; pageSize: number }) => ({
  key: ['ranking', page],
  query: ({ signal }) => ok(api.GET('/api/ranking/', { params: { query: { page, pageSize } }, signal })),
}))
