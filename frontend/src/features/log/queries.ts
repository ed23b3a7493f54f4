import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { LogKind } from '@/shared/api/models'

export const PAGE_SIZE = 50

interface LogOf {
  slug: string
  kind: LogKind | null
  page: number
  /** Labels come in the language of the request. */
  locale: string
}

export const logQuery = defineQueryOptions(({ slug, kind, page, locale }: LogOf) => ({
  key: ['competitions', slug, 'log', kind ?? '', page, locale],
  query: ({ signal }) =>
    ok(
      api.GET('/api/competitions/{competition}/log/', {
        params: { path: { competition: slug }, query: { kind: kind ?? undefined, page, pageSize: PAGE_SIZE } },
        signal,
      }),
    ),
}))

export const logKindsQuery = defineQueryOptions(({ slug, locale }: { slug: string; locale: string }) => ({
  key: ['competitions', slug, 'log-kinds', locale],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/log/kinds/', { params: { path: { competition: slug } }, signal })),
}))

export const linesAddress = (slug: string) => `/api/competitions/${slug}/log/jsonl/`

export function feedAddress(slug: string, kind: LogKind | null): string {
  return `/api/competitions/${slug}/log/feed/${kind ? `?kind=${kind}` : ''}`
}
