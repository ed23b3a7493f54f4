import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { CreatedToken, Me, MeChanges, Token } from '@/shared/api/models'
import { upload } from '@/shared/api/upload'

export const tokensQuery = defineQueryOptions({
  key: ['me', 'tokens'],
  query: ({ signal }): Promise<Token[]> => ok(api.GET('/api/me/tokens/', { signal })),
})

export const updateMe = (changes: MeChanges): Promise<Me> => ok(api.PATCH('/api/me/', { body: changes }))

export async function setAvatar(file: File): Promise<unknown> {
  const form = new FormData()
  form.set('avatar', file)
  return (await upload('/api/me/avatar/', form, { method: 'PUT' })).body
}

export const removeAvatar = () => ok(api.DELETE('/api/me/avatar/'))

export const createToken = (name: string, expiresAt: string | null): Promise<CreatedToken> =>
  ok(api.POST('/api/me/tokens/', { body: { name, expiresAt } }))

export const deleteToken = (id: number) => ok(api.DELETE('/api/me/tokens/{id}/', { params: { path: { id } } }))
