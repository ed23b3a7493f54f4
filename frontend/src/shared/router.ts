import { createRouter, createWebHistory } from 'vue-router'
import { routes } from 'vue-router/auto-routes'
import { i18n, learn } from './i18n'
import { useSession } from './session'
import { useToasts } from './toasts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Sends visitors to sign in first, and back afterwards. */
    requiresUser?: boolean
    /** For visitors only: who is signed in goes home. */
    forVisitors?: boolean
    /** Shows one phase of a competition; where there are several, the page above it says which. */
    ofPhase?: boolean
    /** Shows all phases together too, where there is a ranking over them. */
    combined?: boolean
    /** The messages that only this page and its like say, where they are not of the name of the page. */
    speaks?: string | string[]
    /** Without app bar: the venue screen. */
    bare?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory('/'),
  routes,
  scrollBehavior(to, from, saved) {
    if (saved) return saved
    if (to.hash) return { el: to.hash, top: 80 }
    if (to.path === from.path) return undefined
    return { top: 0 }
  },
})

router.beforeEach(async (to) => {
  const session = useSession()
  try {
    await session.ready()
  } catch {
    return true // The page itself says that the server can't be reached.
  }
  if (to.meta.requiresUser && !session.isSignedIn) {
    return { path: '/sign-in', query: { next: to.fullPath } }
  }
  if (to.meta.forVisitors && session.isSignedIn && !session.hasEnded) return { path: '/' }
  return true
})

router.beforeResolve((to) => learn(...[to.meta.speaks ?? to.matched.at(-1)?.path.split('/').at(-1) ?? ''].flat()))

// What a page is made of could not be loaded. After an update the server has other files than an open page knows of, so
// the next page is fetched as a whole; but never the first one again and again.
router.onError((error, to, from) => {
  if (!navigator.onLine) useToasts().say(i18n.global.t('errors.offline_alone'), 'error')
  else if (from.matched.length) location.assign(to.fullPath)
  else throw error
})
