import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { useSession } from '@/shared/session'
import type { Found } from './finding'

/** The pages that one can go to from anywhere, and those of the competition that one is in. */
export function usePages() {
  const { t } = useI18n()
  const route = useRoute()
  const session = useSession()

  return computed<Found[]>(() => {
    const slug = /^\/competitions\/([^/]+)/.exec(route.path)?.[1]
    const here = slug ? `/competitions/${slug}` : null
    const sections = ['data', 'leaderboard', 'discussions', 'race', 'log'] as const
    const own = ['submit', 'submissions', 'team'] as const
    const page = (to: string, title: string, isOutside = false): Found => ({ group: 'pages', to, title, isOutside })
    return [
      ...(here
        ? [
            page(here, t('competitions.tab_overview')),
            ...sections.map((name) => page(`${here}/${name}`, t(`competitions.tab_${name}`))),
            ...(session.isSignedIn ? own.map((name) => page(`${here}/${name}`, t(name === 'submit' ? 'app.submit' : `competitions.tab_${name}`))) : []),
          ].map((found) => ({ ...found, subtitle: t('app.palette_here') }))
        : []),
      page('/', t('app.competitions')),
      page('/discussions', t('app.discussions')),
      ...(session.user
        ? [
            page(`/users/${session.user.username}`, t('app.profile')),
            page('/notifications', t('notifications.title')),
            page('/settings', t('app.settings')),
            page('/settings/notifications', t('notifications.preferences')),
            page('/settings/tokens', t('settings.page_tokens')),
            page('/settings/command-lines', t('settings.page_commandLines')),
          ]
        : [page('/sign-in', t('app.signIn'))]),
      page('/fairness', t('app.fairness')),
      page('/docs', t('app.apiDocs'), true),
      ...(session.user?.isStaff ? [page('/admin/', t('app.admin'), true)] : []),
    ]
  })
}
