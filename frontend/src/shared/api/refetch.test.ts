import { expect, it, vi } from 'vitest'
import { refetchInBackground } from './refetch'

const cacheWhere = (invalidateQueries: () => Promise<unknown>) => ({ invalidateQueries }) as unknown as Parameters<typeof refetchInBackground>[0]

it('fetches each key again though one of them fails, and rejects for none', async () => {
  const invalidate = vi.fn().mockRejectedValueOnce(new Error('no connection')).mockResolvedValueOnce([])
  await expect(refetchInBackground(cacheWhere(invalidate), [['teams', 1], ['log']])).resolves.toBeUndefined()
  expect(invalidate.mock.calls).toEqual([[{ key: ['teams', 1] }], [{ key: ['log'] }]])
})

it('fetches all again where no key is given', async () => {
  const invalidate = vi.fn().mockResolvedValue([])
  await refetchInBackground(cacheWhere(invalidate))
  expect(invalidate.mock.calls).toEqual([[{}]])
})
