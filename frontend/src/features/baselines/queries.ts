import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Trial } from '@/shared/api/models'
import { upload } from '@/shared/api/upload'
import { addressIn, inPhase, phaseKey, type Place } from '@/shared/competition/phases'

export const trialsQuery = defineQueryOptions(({ slug, phase }: Place) => ({
  key: ['competitions', slug, 'trials', ...phaseKey({ phase })],
  query: ({ signal }) => {
    const params = { path: { competition: slug }, query: { pageSize: 100 } }
    return ok(api.GET('/api/competitions/{competition}/trials/', { params, signal, ...inPhase({ slug, phase }) }))
  },
}))

export async function tryOut(place: Place, file: File): Promise<Trial> {
  const body = new FormData()
  body.set('file', file)
  return (await upload<Trial>(addressIn(place, 'trials/'), body)).body
}

const at = (place: Place, id: number) => ({ params: { path: { competition: place.slug, id } }, ...inPhase(place) })

export const setBaseline = (place: Place, id: number, name: string): Promise<Trial> =>
  ok(api.PUT('/api/competitions/{competition}/trials/{id}/baseline/', { ...at(place, id), body: { name } }))

export const removeBaseline = (place: Place, id: number): Promise<unknown> =>
  ok(api.DELETE('/api/competitions/{competition}/trials/{id}/baseline/', at(place, id)))

export const deleteTrial = (place: Place, id: number): Promise<unknown> => ok(api.DELETE('/api/competitions/{competition}/trials/{id}/', at(place, id)))
