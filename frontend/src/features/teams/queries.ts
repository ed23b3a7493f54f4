import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { EntryAnswers, Invitation, MergePreview, MergeRequest, Team } from '@/shared/api/models'

export const teamQuery = defineQueryOptions((id: number) => ({
  key: ['teams', id, 'members'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/', { params: { path: { id } }, signal })),
}))

export const teamInvitationsQuery = defineQueryOptions((id: number) => ({
  key: ['teams', id, 'invitations'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/invitations/', { params: { path: { id } }, signal })),
}))

export const mergeRequestsQuery = defineQueryOptions((id: number) => ({
  key: ['teams', id, 'merge-requests'],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/merge-requests/', { params: { path: { id } }, signal })),
}))

/** The invitations that wait for my answer, of all competitions. */
export const myInvitationsQuery = defineQueryOptions({
  key: ['invitations'],
  query: ({ signal }) => ok(api.GET('/api/invitations/', { params: { query: { pageSize: 100 } }, signal })),
})

export const renameTeam = (id: number, name: string): Promise<Team> =>
  ok(api.PATCH('/api/teams/{id}/', { params: { path: { id } }, body: { name } }))

/** Brackets that organisers set stay, named or not. */
export const setBrackets = (id: number, brackets: string[]): Promise<Team> =>
  ok(api.PUT('/api/teams/{id}/brackets/', { params: { path: { id } }, body: { brackets } }))

export const leaveTeam = (id: number): Promise<unknown> => ok(api.POST('/api/teams/{id}/leave/', { params: { path: { id } } }))

export const transferTeam = (id: number, username: string): Promise<Team> =>
  ok(api.POST('/api/teams/{id}/transfer/', { params: { path: { id } }, body: { username } }))

export const removeMember = (id: number, username: string): Promise<Team> =>
  ok(api.POST('/api/teams/{id}/remove/', { params: { path: { id } }, body: { username } }))

export const invite = (id: number, username: string): Promise<Invitation> =>
  ok(api.POST('/api/teams/{id}/invitations/', { params: { path: { id } }, body: { username } }))

export const acceptInvitation = (id: number, body: EntryAnswers): Promise<Invitation> =>
  ok(api.POST('/api/invitations/{id}/accept/', { params: { path: { id } }, body }))

export const refuseInvitation = (id: number): Promise<Invitation> =>
  ok(api.POST('/api/invitations/{id}/refuse/', { params: { path: { id } } }))

export const cancelInvitation = (id: number): Promise<Invitation> =>
  ok(api.POST('/api/invitations/{id}/cancel/', { params: { path: { id } } }))

export const requestMerge = (id: number, team: number): Promise<MergeRequest> =>
  ok(api.POST('/api/teams/{id}/merge-requests/', { params: { path: { id } }, body: { team } }))

/** What one's own team and another one would be together; nothing is sent. */
export const previewMerge = (id: number, team: number, signal: AbortSignal): Promise<MergePreview> =>
  ok(api.GET('/api/teams/{id}/merge-requests/preview/', { params: { path: { id }, query: { team } }, signal }))

/** The answer is the team they become. */
export const acceptMerge = (id: number): Promise<Team> =>
  ok(api.POST('/api/merge-requests/{id}/accept/', { params: { path: { id } } }))

export const refuseMerge = (id: number): Promise<MergeRequest> =>
  ok(api.POST('/api/merge-requests/{id}/refuse/', { params: { path: { id } } }))

export const cancelMerge = (id: number): Promise<MergeRequest> =>
  ok(api.POST('/api/merge-requests/{id}/cancel/', { params: { path: { id } } }))
