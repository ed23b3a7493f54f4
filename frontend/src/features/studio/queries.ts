import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { ChoiceChanges, Competition, CompetitionChanges, ContentPage, SourceUpload, Workbench } from '@/shared/api/models'
import { upload, uploadBytes } from '@/shared/api/upload'

const at = (competition: string) => ({ params: { path: { competition } } })

export const workbenchQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'workbench'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/workbench/', { ...at(slug), signal })),
}))

/** What speaks against publishing. It costs the server something: asked anew once files were made, not with every change. */
export const readinessQuery = defineQueryOptions((slug: string) => ({
  key: ['readiness', slug],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/readiness/', { ...at(slug), signal })),
}))

export const pagesQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'pages'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/pages/', { ...at(slug), signal })),
}))

export const presetsQuery = defineQueryOptions((language: string) => ({
  key: ['competition-presets', language],
  query: ({ signal }) => ok(api.GET('/api/competition-presets/', { signal })),
  staleTime: 3_600_000,
}))

export const metricsQuery = defineQueryOptions(() => ({
  key: ['metrics'],
  query: ({ signal }) => ok(api.GET('/api/metrics/', { signal })),
  staleTime: 3_600_000,
}))

export const metricQuery = defineQueryOptions((name: string) => ({
  key: ['metrics', name],
  query: ({ signal }) => ok(api.GET('/api/metrics/{name}/', { params: { path: { name } }, signal })),
  staleTime: 3_600_000,
}))

export const createDraft = (title: string): Promise<Competition> => ok(api.POST('/api/competitions/', { body: { title } as never }))

export const changeCompetition = (slug: string, changes: CompetitionChanges): Promise<Competition> =>
  ok(api.PATCH('/api/competitions/{competition}/', { ...at(slug), body: changes as never }))

export const deleteDraft = (slug: string): Promise<unknown> => ok(api.DELETE('/api/competitions/{competition}/', at(slug)))

export const decide = (slug: string, changes: ChoiceChanges): Promise<Workbench> =>
  ok(api.PATCH('/api/competitions/{competition}/workbench/', { ...at(slug), body: changes }))

export const readSources = (slug: string): Promise<Workbench> => ok(api.POST('/api/competitions/{competition}/workbench/read/', at(slug)))

export const makeFiles = (slug: string): Promise<Workbench> => ok(api.POST('/api/competitions/{competition}/workbench/make/', at(slug)))

export const stopJob = (slug: string): Promise<Workbench> => ok(api.POST('/api/competitions/{competition}/workbench/stop/', at(slug)))

/** A moment without an offset is one of the competition's zone. */
export const setClock = (slug: string, preset: string, startsAt: string): Promise<unknown> =>
  ok(api.POST('/api/competitions/{competition}/workbench/clock/', { ...at(slug), body: { preset, startsAt } as never }))

export const removeSource = (competition: string, id: number): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/workbench/sources/{id}/', { params: { path: { competition, id } } }))

export const beginUpload = (slug: string, name: string, size: number): Promise<SourceUpload> =>
  ok(api.POST('/api/competitions/{competition}/workbench/uploads/', { ...at(slug), body: { name, size } }))

export const completeUpload = (competition: string, id: string): Promise<SourceUpload> =>
  ok(api.POST('/api/competitions/{competition}/workbench/uploads/{upload}/complete/', { params: { path: { competition, upload: id } } }))

export const abortUpload = (competition: string, id: string): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/workbench/uploads/{upload}/', { params: { path: { competition, upload: id } } }))

export async function putPart(slug: string, id: string, number: number, bytes: Blob, onProgress: (fraction: number) => void, signal: AbortSignal): Promise<void> {
  const address = `/api/competitions/${encodeURIComponent(slug)}/workbench/uploads/${id}/parts/${number}/`
  await uploadBytes(address, bytes, { method: 'PUT', onProgress, signal })
}

export const savePage = (competition: string, page: string, changes: { title: string; body: string }): Promise<ContentPage> =>
  ok(api.PATCH('/api/competitions/{competition}/pages/{page}/', { params: { path: { competition, page } }, body: changes }))

/** `startsAt`: as the clock of who asks shows it; empty: as in the bundle. `slug`: empty: that of the bundle. */
export async function importBundle({ file, slug, startsAt }: { file: File; slug: string; startsAt: string }, onProgress: (fraction: number) => void): Promise<Competition> {
  const form = new FormData()
  form.append('bundle', file)
  if (slug) form.append('slug', slug)
  if (startsAt) form.append('startsAt', new Date(startsAt).toISOString())
  return (await upload<Competition>('/api/competition-bundles/', form, { onProgress })).body
}
