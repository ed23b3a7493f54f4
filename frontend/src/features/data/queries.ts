import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'

export const dataQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'data'],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/data/', { params: { path: { competition: slug } }, signal })),
}))

const MOST_TRIES = 120

/** Waits until the archive of all files is built, then answers its address. */
export async function archiveAddress(slug: string): Promise<string> {
  const address = `/api/competitions/${encodeURIComponent(slug)}/data/archive/`
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    // HEAD would do, but one byte also tells that the store can be reached.
    const response = await fetch(address, { credentials: 'same-origin', headers: { Range: 'bytes=0-0' } })
    await response.body?.cancel()
    if (response.status !== 202) return address
    const wait = Number(response.headers.get('Retry-After') ?? 2)
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, wait) * 1000))
  }
  return address
}
