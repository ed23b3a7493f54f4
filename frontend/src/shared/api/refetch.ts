import type { EntryKey, useQueryCache } from '@pinia/colada'

/**
 * Fetches again what is shown, of these keys or all, while nobody waits for it. What could not be fetched says so itself
 * where it is shown: never a rejection that nobody catches.
 */
export async function refetchInBackground(cache: ReturnType<typeof useQueryCache>, keys: (EntryKey | undefined)[] = [undefined]): Promise<void> {
  await Promise.allSettled(keys.map((key) => cache.invalidateQueries(key ? { key } : {})))
}
