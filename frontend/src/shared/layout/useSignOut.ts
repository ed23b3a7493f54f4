import { useQueryCache } from '@pinia/colada'
import { useRouter } from 'vue-router'
import { signOut } from '@/shared/api/auth'
import { useSession } from '@/shared/session'

/** Ends the session and forgets everything that was read in it. */
export function useSignOut() {
  const session = useSession()
  const router = useRouter()
  const cache = useQueryCache()
  return async () => {
    await signOut()
    await session.refresh()
    await router.push('/')
    await cache.invalidateQueries()
  }
}
