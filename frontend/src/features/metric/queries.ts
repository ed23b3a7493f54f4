import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { MetricDirection, MetricSignature, OwnMetric, ScoringRun } from '@/shared/api/models'
import { upload } from '@/shared/api/upload'
import { addressIn, inPhase, phaseKey, type Place } from '@/shared/competition/phases'

const at = (place: Place) => ({ params: { path: { competition: place.slug } }, ...inPhase(place) })
const of = (place: Place, version: number) => ({ params: { path: { competition: place.slug, version } }, ...inPhase(place) })
const keyOf = ({ slug, phase }: Place, what: string) => ['competitions', slug, 'own-metric', what, ...phaseKey({ phase })]

export const metricsQuery = defineQueryOptions(() => ({
  key: ['metrics'],
  query: ({ signal }) => ok(api.GET('/api/metrics/', { signal })),
  staleTime: 3_600_000,
}))

export const conditionsQuery = defineQueryOptions((place: Place) => ({
  key: keyOf(place, 'conditions'),
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/conditions/', { ...at(place), signal })),
}))

export const versionsQuery = defineQueryOptions((place: Place) => ({
  key: keyOf(place, 'versions'),
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/own-metrics/', { ...at(place), params: { path: { competition: place.slug }, query: { pageSize: 100 } }, signal })),
}))

export const failuresQuery = defineQueryOptions((place: Place) => ({
  key: keyOf(place, 'failures'),
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/own-metrics/failures/', { ...at(place), signal })),
}))

export const runsQuery = defineQueryOptions((place: Place) => ({
  key: keyOf(place, 'runs'),
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/scoring-runs/', { ...at(place), params: { path: { competition: place.slug }, query: { pageSize: 5 } }, signal })),
}))

/** One version with its source. */
export const readVersion = (place: Place, version: number) =>
  ok(api.GET('/api/competitions/{competition}/own-metrics/{version}/', of(place, version)))

export const readSignature = (place: Place, source: string, signal?: AbortSignal): Promise<MetricSignature> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/signature/', { ...at(place), body: { source }, signal }))

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
export async function keepVersion(place: Place, draft: Draft): Promise<OwnMetric> {
  const body = new FormData()
  body.set('file', new File([draft.source], draft.filename || 'metric.py', { type: 'text/x-python' }))
  body.set('direction', draft.direction)
  body.set('params', JSON.stringify(draft.params))
  body.set('ranked', draft.ranked)
  if (draft.columns) body.set('columns', JSON.stringify(draft.columns))
  body.set('isShown', String(draft.isShown))
  return (await upload<OwnMetric>(addressIn(place, 'own-metrics/'), body)).body
}

export const tryVersion = (place: Place, version: number): Promise<OwnMetric> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/{version}/trial/', of(place, version)))

export const useVersion = (place: Place, version: number, reason: string): Promise<OwnMetric> =>
  ok(api.POST('/api/competitions/{competition}/own-metrics/{version}/use/', { ...of(place, version), body: { reason } }))

export const showSource = (place: Place, version: number, isShown: boolean): Promise<OwnMetric> =>
  ok(api.PATCH('/api/competitions/{competition}/own-metrics/{version}/', { ...of(place, version), body: { isShown } }))

export const chooseBuiltIn = (place: Place, metric: string, metricParams: Record<string, unknown>): Promise<unknown> =>
  ok(api.PATCH('/api/competitions/{competition}/', { ...at(place), body: { metric, metricParams } }))

export const rescore = (place: Place, reason: string): Promise<ScoringRun> =>
  ok(api.POST('/api/competitions/{competition}/scoring-runs/', { ...at(place), body: { kind: 'rescore', reason, acceptRefusals: false } }))
