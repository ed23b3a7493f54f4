import { useQueryCache } from '@pinia/colada'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import { useSession } from '@/shared/session'

/** A path of this site and nothing else: `next` comes from the address bar. */
export function safePath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/'
  return next
}

/** The page one came from, as the query of the next step: nothing where that is the start. */
export function nextOf({ query }: { query: LocationQuery }): { next?: string } {
  const next = safePath(query.next)
  return next === '/' ? {} : { next }
}

/** Where one goes once signed in: to the page one came from. */
export function useAfterSignIn() {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const cache = useQueryCache()
  return async () => {
    await session.refresh()
    await cache.invalidateQueries()
    await router.push(safePath(route.query.next))
  }
}
