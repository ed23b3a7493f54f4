import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { EmailMode, NotificationKind, Preferences } from '@/shared/api/models'

export const PAGE_SIZE = 25

export interface NotificationFilters {
  unread?: boolean
  kind?: NotificationKind
  competition?: string
  page?: number
  pageSize?: number
}

/** What can be marked or deleted at once; nothing: all. */
export type Narrowed = Pick<NotificationFilters, 'kind' | 'competition'> & { discussion?: number }

export const notificationsQuery = defineQueryOptions((filters: NotificationFilters) => ({
  key: ['notifications', 'list', { ...filters }],
  query: ({ signal }) => ok(api.GET('/api/notifications/', { params: { query: { pageSize: PAGE_SIZE, ...filters } }, signal })),
}))

/** Cheap to ask: an unchanged count is answered with 304. */
export const unreadCountQuery = defineQueryOptions({
  key: ['notifications', 'unread-count'],
  query: ({ signal }) => ok(api.GET('/api/notifications/unread-count/', { signal })),
})

export const preferencesQuery = defineQueryOptions({
  key: ['notifications', 'preferences'],
  query: ({ signal }): Promise<Preferences> => ok(api.GET('/api/notifications/preferences/', { signal })),
})

export const myCompetitionsQuery = defineQueryOptions({
  key: ['competitions', 'list', { mine: 'entered', pageSize: 100 }],
  query: ({ signal }) => ok(api.GET('/api/competitions/', { params: { query: { mine: 'entered', pageSize: 100 } }, signal })),
  staleTime: 60_000,
})

export function markNotification(id: number, unread: boolean): Promise<unknown> {
  const options = { params: { path: { id } } }
  return unread ? ok(api.POST('/api/notifications/{id}/unread/', options)) : ok(api.POST('/api/notifications/{id}/read/', options))
}

export const deleteNotification = (id: number) => ok(api.DELETE('/api/notifications/{id}/', { params: { path: { id } } }))

export const markAllRead = (narrowed: Narrowed) => ok(api.POST('/api/notifications/read/', { body: narrowed }))

export const deleteAll = (narrowed: Narrowed, onlyRead: boolean) =>
  ok(api.POST('/api/notifications/delete/', { body: { ...narrowed, onlyRead } }))

export const editPreferences = (preferences: { kind: NotificationKind; inApp?: boolean; email?: EmailMode }[]): Promise<Preferences> =>
  ok(api.PATCH('/api/notifications/preferences/', { body: { preferences } }))
