import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Competition } from '@/shared/api/models'

/** A page that organisers wrote, as safe HTML. `version`: for the rules, which are read anew when it rises. */
export const pageQuery = defineQueryOptions(({ slug, page, version }: { slug: string; page: string; version?: number }) => ({
  key: ['competitions', slug, 'pages', page, ...(version === undefined ? [] : [version])],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/pages/{page}/', { params: { path: { competition: slug, page } }, signal })),
  staleTime: 60_000,
}))

/** The page as it belongs to what is known of the competition: never the text of an older version of the rules. */
export function pageOf({ slug, rulesVersion }: Competition, page: string) {
  return pageQuery({ slug, page, ...(page === 'rules' && { version: rulesVersion }) })
}
