import { useQueryCache } from '@pinia/colada'
import { ApiError } from '@/shared/api/errors'

/** For what accepts the rules: where they have changed since they were read, the new ones are fetched, to be read first. */
export function useRulesRead() {
  const cache = useQueryCache()

  return async function accepting<T>(slug: string, accept: () => Promise<T>): Promise<T> {
    try {
      return await accept()
    } catch (error) {
      if (error instanceof ApiError && error.code === 'rules_changed') {
        await cache.invalidateQueries({ key: ['competitions', slug] })
      }
      throw error
    }
  }
}
