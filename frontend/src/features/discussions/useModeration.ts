import { useQueryCache } from '@pinia/colada'
import { useI18n } from 'vue-i18n'
import type { Discussion } from '@/shared/api/models'
import { useToasts } from '@/shared/toasts'
import { useAction } from '@/shared/ui/useAction'
import { useErrorText } from '@/shared/ui/useErrorText'
import { announceDiscussion, editDiscussion, type DiscussionChanges } from './queries'

/** Acts on a discussion that show their outcome as a toast and read the discussions anew. */
export function useModeration(discussion: () => Pick<Discussion, 'id'>) {
  const { t } = useI18n()
  const cache = useQueryCache()
  const toasts = useToasts()
  const errorText = useErrorText()

  const refresh = () => cache.invalidateQueries({ key: ['discussions'] })

  async function attempt(act: () => Promise<unknown>, said: string) {
    try {
      await act()
      await refresh()
      toasts.say(said)
    } catch (error) {
      toasts.say(errorText(error), 'error')
    }
  }
  const change = (changes: DiscussionChanges, said: string) => attempt(() => editDiscussion(discussion().id, changes), said)

  const announce = useAction(async () => {
    await announceDiscussion(discussion().id)
    await refresh()
    toasts.say(t('discussions.announcedToast'))
  })

  return { refresh, attempt, change, announce }
}
