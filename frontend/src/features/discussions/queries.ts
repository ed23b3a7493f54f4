import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type {
  Comment,
  ConvertedNotebook,
  Discussion,
  Liked,
  ReportReason,
  Revision,
  Submission,
  Upload,
} from '@/shared/api/models'
import { upload, type UploadOptions } from '@/shared/api/upload'
import type { Audience } from './audience'
import type { Translations } from './translations'

export const PAGE_SIZE = 25
export const COMMENTS_PAGE = 50

export const SORTS = ['last_comment', 'hot', 'newest', 'most_liked'] as const
export type Sort = (typeof SORTS)[number]
export const COMMENT_SORTS = ['oldest', 'newest', 'most_liked'] as const
export type CommentSort = (typeof COMMENT_SORTS)[number]

export interface DiscussionFilters {
  /** A slug, `site` for those of no competition, nothing for all. */
  competition?: string
  search?: string
  sort?: Sort
  tag?: string
  author?: string
  page?: number
}

/** A discussion or a comment: most of what one can do is the same for both. */
export type PostKind = 'discussion' | 'comment'

export const discussionsQuery = defineQueryOptions(({ sort, ...filters }: DiscussionFilters) => ({
  key: ['discussions', 'list', { sort, ...filters }],
  query: ({ signal }) =>
    ok(
      api.GET('/api/discussions/', {
        params: { query: { ...filters, ordering: sort, pageSize: PAGE_SIZE } },
        signal,
      }),
    ),
}))

export const tagsQuery = defineQueryOptions((competition: string | undefined) => ({
  key: ['discussions', 'tags', competition ?? ''],
  query: ({ signal }) => ok(api.GET('/api/discussions/tags/', { params: { query: { competition } as never }, signal })),
  staleTime: 60_000,
}))

export const discussionQuery = defineQueryOptions((id: number) => ({
  key: ['discussions', id],
  query: ({ signal }) => ok(api.GET('/api/discussions/{id}/', { params: { path: { id } }, signal })),
}))

export const commentsQuery = defineQueryOptions(({ id, sort, page }: { id: number; sort: CommentSort; page: number }) => ({
  key: ['discussions', id, 'comments', { sort, page }],
  query: ({ signal }) =>
    ok(
      api.GET('/api/discussions/{id}/comments/', {
        params: { path: { id }, query: { ordering: sort, page, pageSize: COMMENTS_PAGE } },
        signal,
      }),
    ),
}))

export const reportsQuery = defineQueryOptions(
  ({ competition, state, page }: { competition?: string; state: 'open' | 'resolved'; page: number }) => ({
    key: ['reports', { competition, state, page }],
    query: ({ signal }) => ok(api.GET('/api/reports/', { params: { query: { competition, state, page } }, signal })),
  }),
)

export const linkedSubmissionQuery = defineQueryOptions((id: number) => ({
  key: ['submissions', id],
  query: ({ signal }): Promise<Submission> => ok(api.GET('/api/submissions/{id}/', { params: { path: { id } }, signal })),
}))

export interface NewDiscussion extends Partial<Translations> {
  competition: string | null
  title: string
  body: string
  tags: string[]
  isAnnouncement: boolean
  audience: Audience
  audienceOf: string
  submission: number | null
  notebook: string | null
}

export const startDiscussion = (body: NewDiscussion): Promise<Discussion> => ok(api.POST('/api/discussions/', { body }))

/** How many people an announcement would reach. */
export const audienceQuery = defineQueryOptions((query: { competition: string; audience: Audience; of: string }) => ({
  key: ['discussions', 'audience', query],
  query: ({ signal }) => ok(api.GET('/api/discussions/audience/', { params: { query }, signal })),
}))

export interface DiscussionChanges extends Partial<Translations> {
  title?: string
  body?: string
  tags?: string[]
  isPinned?: boolean
  isLocked?: boolean
}

export const editDiscussion = (id: number, body: DiscussionChanges): Promise<Discussion> =>
  ok(api.PATCH('/api/discussions/{id}/', { params: { path: { id } }, body }))

export const announceDiscussion = (id: number): Promise<Discussion> =>
  ok(api.POST('/api/discussions/{id}/announce/', { params: { path: { id } } }))

export const addComment = (id: number, body: { body: string; parent?: number | null }): Promise<Comment> =>
  ok(api.POST('/api/discussions/{id}/comments/', { params: { path: { id } }, body }))

export const editComment = (id: number, body: string): Promise<Comment> =>
  ok(api.PATCH('/api/comments/{id}/', { params: { path: { id } }, body: { body } }))

/** On which page a comment stands, for links to it. */
export const placeOfComment = (id: number) => ok(api.GET('/api/comments/{id}/', { params: { path: { id } } }))

export function deletePost(kind: PostKind, id: number): Promise<unknown> {
  const options = { params: { path: { id } } }
  return kind === 'discussion' ? ok(api.DELETE('/api/discussions/{id}/', options)) : ok(api.DELETE('/api/comments/{id}/', options))
}

export function like(kind: PostKind, id: number, liked: boolean): Promise<Liked> {
  const options = { params: { path: { id } } }
  if (kind === 'discussion') {
    return liked ? ok(api.PUT('/api/discussions/{id}/like/', options)) : ok(api.DELETE('/api/discussions/{id}/like/', options))
  }
  return liked ? ok(api.PUT('/api/comments/{id}/like/', options)) : ok(api.DELETE('/api/comments/{id}/like/', options))
}

export function hidePost(kind: PostKind, id: number, reason: string): Promise<unknown> {
  const options = { params: { path: { id } }, body: { reason } }
  return kind === 'discussion'
    ? ok(api.POST('/api/discussions/{id}/hide/', options))
    : ok(api.POST('/api/comments/{id}/hide/', options))
}

export function unhidePost(kind: PostKind, id: number): Promise<unknown> {
  const options = { params: { path: { id } } }
  return kind === 'discussion'
    ? ok(api.POST('/api/discussions/{id}/unhide/', options))
    : ok(api.POST('/api/comments/{id}/unhide/', options))
}

export function reportPost(kind: PostKind, id: number, report: { reason: ReportReason; text: string }): Promise<unknown> {
  const options = { params: { path: { id } }, body: report }
  return kind === 'discussion'
    ? ok(api.POST('/api/discussions/{id}/report/', options))
    : ok(api.POST('/api/comments/{id}/report/', options))
}

export const revisionsQuery = defineQueryOptions(({ kind, id }: { kind: PostKind; id: number }) => ({
  key: ['revisions', kind, id],
  query: ({ signal }): Promise<Revision[]> => {
    const options = { params: { path: { id } }, signal }
    return kind === 'discussion'
      ? ok(api.GET('/api/discussions/{id}/revisions/', options))
      : ok(api.GET('/api/comments/{id}/revisions/', options))
  },
  staleTime: 0,
}))

export const resolveReport = (id: number, body: { action: 'hide' | 'dismiss'; reason: string }) =>
  ok(api.POST('/api/reports/{id}/resolve/', { params: { path: { id } }, body }))

export const previewMarkdown = (body: string) => ok(api.POST('/api/markdown/', { body: { body } }))

export async function uploadFile(file: File, options?: UploadOptions): Promise<Upload> {
  const form = new FormData()
  form.set('file', file)
  return (await upload<Upload>('/api/uploads/', form, options)).body
}

export async function convertNotebook(file: File, options?: UploadOptions): Promise<ConvertedNotebook> {
  const form = new FormData()
  form.set('file', file)
  return (await upload<ConvertedNotebook>('/api/notebooks/convert/', form, options)).body
}
