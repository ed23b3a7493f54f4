import { useQueryCache } from '@pinia/colada'
import type { ChoiceChanges, Workbench } from '@/shared/api/models'
import { useAction } from '@/shared/ui/useAction'
import { decide, workbenchQuery } from './queries'

/** Something done on the workbench, whose answer is the workbench as it is then. */
export function useBench<A extends unknown[]>(slug: () => string, act: (...args: A) => Promise<Workbench>) {
  const cache = useQueryCache()
  return useAction(async (...args: A) => {
    const key = workbenchQuery(slug()).key
    const answer = await act(...args)
    // What was asked for before knows nothing of it.
    cache.cancelQueries({ key })
    cache.setQueryData(key, answer)
  })
}

/** Deciding otherwise than proposed. */
export const useDecide = (slug: () => string) => useBench(slug, (changes: ChoiceChanges) => decide(slug(), changes))
