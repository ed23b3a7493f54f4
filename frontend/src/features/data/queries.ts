import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { DataPreview } from '@/shared/api/models'

const PAUSE_MS = 2000

export const dataQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'data'],
  query: ({ signal }) =>
    ok(api.GET('/api/competitions/{competition}/data/', { params: { path: { competition: slug } }, signal })),
}))

/** What a file holds; asked again while the server looks at it. */
export const previewQuery = defineQueryOptions(({ slug, file }: { slug: string; file: number }) => ({
  key: ['competitions', slug, 'data', file, 'preview'],
  query: async ({ signal }): Promise<DataPreview> => {
    for (;;) {
      const answer = await ok(api.GET('/api/competitions/{competition}/data/{id}/preview/', { params: { path: { competition: slug, id: file } }, signal }))
      if ('columns' in answer) return answer
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  },
  staleTime: 300_000,
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
