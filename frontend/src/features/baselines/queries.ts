import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Trial } from '@/shared/api/models'
import { upload } from '@/shared/api/upload'

export const trialsQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'trials'],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/trials/', { params: { path: { competition: slug }, query: { pageSize: 100 } }, signal })),
}))

export async function tryOut(slug: string, file: File): Promise<Trial> {
  const body = new FormData()
  body.set('file', file)
  return (await upload<Trial>(`/api/competitions/${encodeURIComponent(slug)}/trials/`, body)).body
}

const at = (slug: string, id: number) => ({ params: { path: { competition: slug, id } } })

export const setBaseline = (slug: string, id: number, name: string): Promise<Trial> =>
  ok(api.PUT('/api/competitions/{competition}/trials/{id}/baseline/', { ...at(slug, id), body: { name } }))

export const removeBaseline = (slug: string, id: number): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/trials/{id}/baseline/', at(slug, id)))

export const deleteTrial = (slug: string, id: number): Promise<unknown> => ok(api.DELETE('/api/competitions/{competition}/trials/{id}/', at(slug, id)))
