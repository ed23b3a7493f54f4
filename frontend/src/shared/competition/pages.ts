import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'

/** A page that organisers wrote, as safe HTML. */
export const pageQuery = defineQueryOptions(({ slug, page }: { slug: string; page: string }) => ({
  key: ['competitions', slug, 'pages', page],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/pages/{page}/', { params: { path: { competition: slug, page } }, signal })),
  staleTime: 60_000,
}))
