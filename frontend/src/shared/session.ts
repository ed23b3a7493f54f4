import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ok } from './api/client'
import { onNobody } from './api/errors'
import type { MeChanges, Session } from './api/models'
import { isLocale, type Locale } from './i18n'
import { usePreferences } from './preferences'

/** What a site says of itself only where its operator has switched it on, and so is in no description of the API. */
export interface SignInOptions {
  /** Where people sign in who have an account elsewhere. */
  institutions?: { id: string; name: string }[]
  /** Whether an account may have a code or a passkey beside its password. */
  secondFactor?: boolean
}

/** Who is signed in, and what the site is. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  /** The session ran out or ended in another tab, while the page still shows somebody, and what they write. */
  const hasEnded = ref(false)
  /** Whether the dialog to sign in again, where one is, stands open. */
  const asksToSignIn = ref(false)
  let asking: Promise<void> | null = null

  const user = computed(() => session.value?.user ?? null)
  const site = computed<(Session['site'] & SignInOptions) | null>(() => session.value?.site ?? null)
  const isSignedIn = computed(() => user.value !== null)

  async function load() {
    session.value = await ok(api.GET('/api/session/'))
    hasEnded.value = false
    const language = user.value?.language
    const preferences = usePreferences()
    if (isLocale(language) && language !== preferences.locale && !localStorage.getItem('uzu.locale')) {
      await preferences.setLocale(language, { remember: false })
    }
    void adoptTimeZone()
  }

  /** The language of the page, and of what this server tells somebody: sentences, refusals, emails. */
  async function chooseLanguage(locale: Locale) {
    try {
      if (user.value && user.value.language !== locale) await change({ language: locale })
    } finally {
      await usePreferences().setLocale(locale)
    }
  }

  /** Whoever never chose a time zone lives by this browser's: the daily digest comes in the morning there. */
  async function adoptTimeZone() {
    if (!session.value?.user || session.value.user.timeZone) return
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
    // A comfort: where the server does not know the zone, that of the site stays.
    await change({ timeZone }).catch(() => undefined)
  }

  async function change(changes: MeChanges) {
    const me = await ok(api.PATCH('/api/me/', { body: changes }))
    if (session.value?.user?.username === me.username) session.value = { ...session.value, user: me }
  }

  /** Asks the server once; later calls wait for the same answer. */
  function ready(): Promise<void> {
    asking ??= load().catch((error: unknown) => {
      asking = null
      throw error
    })
    return asking
  }

  /** Asks again who the server takes this browser for. Who has gone stays on the page, so that nothing written goes. */
  async function check() {
    if (!user.value) return
    const now = await ok(api.GET('/api/session/')).catch(() => null)
    if (now?.user) session.value = now
    if (now) hasEnded.value = !now.user
  }
  onNobody(() => hasEnded.value || void check())

  /** After signing in or out, or after a change of oneself. */
  function refresh(): Promise<void> {
    asking = load()
    return asking
  }

  return { session, user, site, isSignedIn, hasEnded, asksToSignIn, ready, check, refresh, chooseLanguage }
})
