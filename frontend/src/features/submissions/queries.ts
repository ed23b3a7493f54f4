import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Submission, Submitted } from '@/shared/api/models'
import { upload, type UploadOptions } from '@/shared/api/upload'
import { readBoard } from '@/shared/competition/board'
import { phaseKey, type Place } from '@/shared/competition/phases'
import type { Source } from './csv'

const MOST_PAGES = 25
const PAGE_SIZE = 200

/** Of a team, to one phase where there are several. */
interface OfTeam {
  team: number
  phase?: number | undefined
}

/** All submissions of a team, newest first: charts need every one, and a team makes hundreds at most. */
async function allSubmissions({ team, phase }: OfTeam, signal: AbortSignal): Promise<Submission[]> {
  const all: Submission[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await ok(
      api.GET('/api/teams/{id}/submissions/', {
        params: { path: { id: team }, query: { page, pageSize: PAGE_SIZE, ordering: ['-createdAt'], phase } },
        signal,
      }),
    )
    all.push(...answer.results)
    if (!answer.next) break
  }
  return all
}

export const submissionsQuery = defineQueryOptions(({ team, phase }: OfTeam) => ({
  key: ['teams', team, 'submissions', ...phaseKey({ phase })],
  query: ({ signal }) => allSubmissions({ team, phase }, signal),
}))

/** The best score of the public leaderboard; null while it has none. */
export const leaderQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['leaderboard', slug, 'leader', ...phaseKey({ phase })],
  query: async ({ signal }) => {
    const board = await readBoard({ slug, phase, kind: 'public', page: 1, search: '', pageSize: 1 }, signal)
    return board.results[0]?.score ?? null
  },
}))

export const allowanceQuery = defineQueryOptions(({ team, phase }: OfTeam) => ({
  key: ['teams', team, 'allowance', ...phaseKey({ phase })],
  query: ({ signal }) => ok(api.GET('/api/teams/{id}/allowance/', { params: { path: { id: team }, query: { phase } }, signal })),
}))

export interface SubmissionForm extends OfTeam {
  file: File
  memo: string
  cvScore: number | null
}

/** 201 with a score, or 202: the file waits for the job queue and `result` is null. */
export async function submit(form: SubmissionForm, options: UploadOptions): Promise<Submitted> {
  const body = new FormData()
  body.set('team', String(form.team))
  if (form.phase !== undefined) body.set('phase', String(form.phase))
  if (form.memo) body.set('memo', form.memo)
  if (form.cvScore !== null) body.set('cvScore', String(form.cvScore))
  body.set('file', form.file)
  return (await upload<Submitted>('/api/teams/submissions/', body, options)).body
}

export function readSubmission(id: number, signal?: AbortSignal): Promise<Submission> {
  return ok(api.GET('/api/submissions/{id}/', { params: { path: { id } }, signal }))
}

// Larger ones are not fetched only to show a line of them.
const LARGEST_SENT = 64 * 2 ** 20

export const fileAddress = (id: number) => `/api/submissions/${id}/file/`

/** The file of an own submission as it was sent; null where it is too large or gone. */
export async function sentFile({ id, filename, size, fileDeletedAt }: Submission, signal?: AbortSignal): Promise<Source | null> {
  if (size > LARGEST_SENT || fileDeletedAt) return null
  const response = await fetch(fileAddress(id), { credentials: 'same-origin', signal })
  return response.ok ? { name: filename, blob: await response.blob() } : null
}

export function readReceipt(id: number) {
  return ok(api.GET('/api/submissions/{id}/receipt/', { params: { path: { id } } }))
}

export const experimentQuery = defineQueryOptions((id: number) => ({
  key: ['submissions', id, 'experiment'],
  query: ({ signal }) => ok(api.GET('/api/submissions/{id}/experiment/', { params: { path: { id } }, signal })),
}))

export type Description = Partial<Pick<Submission, 'memo' | 'cvScore' | 'experiment' | 'sharesExperiment'>>

export function describe(id: number, fields: Description): Promise<Submission> {
  return ok(api.PATCH('/api/submissions/{id}/', { params: { path: { id } }, body: fields }))
}

export function select(id: number, selected: boolean): Promise<unknown> {
  const options = { params: { path: { id } } }
  return selected
    ? ok(api.PUT('/api/submissions/{id}/selection/', options))
    : ok(api.DELETE('/api/submissions/{id}/selection/', options))
}
