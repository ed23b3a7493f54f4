import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Competition, MetricDirection, MetricSignature, OwnMetric, ScoringRun } from '@/shared/api/models'
import { upload } from '@/shared/api/upload'

const at = (competition: string) => ({ params: { path: { competition } } })
const of = (competition: string, version: number) => ({ params: { path: { competition, version } } })

export const metricsQuery = defineQueryOptions(() => ({
  key: ['metrics'],
  query: ({ signal }) => ok(api.GET('/api/metrics/', { signal })),
  staleTime: 3_600_000,
}))

export const conditionsQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'own-metric', 'conditions'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/conditions/', { ...at(slug), signal })),
}))

export const versionsQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'own-metric', 'versions'],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/own-metrics/', { params: { path: { competition: slug }, query: { pageSize: 100 } }, signal })),
}))

export const failuresQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'own-metric', 'failures'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/failures/', { ...at(slug), signal })),
}))

export const runsQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'own-metric', 'runs'],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/scoring-runs/', { params: { path: { competition: slug }, query: { pageSize: 5 } }, signal })),
}))

/** One version with its source. */
export const readVersion = (slug: string, version: number) =>
  ok(api.GET('/api/competitions/{competition}/own-metrics/{version}/', of(slug, version)))

export const readSignature = (slug: string, source: string, signal?: AbortSignal): Promise<MetricSignature> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/signature/', { ...at(slug), body: { source }, signal }))

export interface Draft {
  source: string
  filename: string
  direction: MetricDirection
  params: Record<string, unknown>
  ranked: string
  /** Null: the trial takes the first ones it finds. */
  columns: string[] | null
  isShown: boolean
}

/** Keeps a draft as the next version. */
export async function keepVersion(slug: string, draft: Draft): Promise<OwnMetric> {
  const body = new FormData()
  body.set('file', new File([draft.source], draft.filename || 'metric.py', { type: 'text/x-python' }))
  body.set('direction', draft.direction)
  body.set('params', JSON.stringify(draft.params))
  body.set('ranked', draft.ranked)
  if (draft.columns) body.set('columns', JSON.stringify(draft.columns))
  body.set('isShown', String(draft.isShown))
  return (await upload<OwnMetric>(`/api/competitions/${encodeURIComponent(slug)}/own-metrics/`, body)).body
}

export const tryVersion = (slug: string, version: number): Promise<OwnMetric> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/{version}/trial/', of(slug, version)))

export const useVersion = (slug: string, version: number, reason: string): Promise<OwnMetric> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/{version}/use/', { ...of(slug, version), body: { reason } }))

export const showSource = (slug: string, version: number, isShown: boolean): Promise<OwnMetric> =>
  ok(api.PATCH('/api/competitions/{competition}/own-metrics/{version}/', { ...of(slug, version), body: { isShown } }))

export const chooseBuiltIn = (slug: string, metric: string, metricParams: Record<string, unknown>): Promise<Competition> =>
  ok(api.PATCH('/api/competitions/{competition}/', { ...at(slug), body: { metric, metricParams } }))

export const rescore = (slug: string, reason: string): Promise<ScoringRun> =>
  ok(api.POST('/api/competitions/{competition}/scoring-runs/', { ...at(slug), body: { kind: 'rescore', reason } }))
