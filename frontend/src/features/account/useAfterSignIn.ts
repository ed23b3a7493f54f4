import { useQueryCache } from '@pinia/colada'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import { useSession } from '@/shared/session'

/** A path of this site and nothing else: `next` comes from the address bar. */
export function safePath(next: unknown): string {
  if (typeof next !== 'string' || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/'
  return next
}

/** Whether a path of this site is answered by the server itself. */
export const isServers = (path: string): boolean => /^\/admin(\/|$)/.test(path)

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
    const next = safePath(route.query.next)
    // The admin is the server's, and no page of this app.
    if (isServers(next)) location.assign(next)
    else await router.push(next)
  }
}
