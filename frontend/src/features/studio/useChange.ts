import { useQueryCache } from '@pinia/colada'
import { useI18n } from 'vue-i18n'
import type { CompetitionChanges } from '@/shared/api/models'
import { useToasts } from '@/shared/toasts'
import { useAction } from '@/shared/ui/useAction'
import { changeCompetition } from './queries'

/** Changing the draft itself: said, and asked for anew. */
export function useChange(slug: () => string, fields: readonly string[] = []) {
  const { t } = useI18n()
  const cache = useQueryCache()
  const toasts = useToasts()
  return useAction(async (changes: CompetitionChanges, act?: () => Promise<unknown>) => {
    await (act ? act() : changeCompetition(slug(), changes))
    await cache.invalidateQueries({ key: ['competitions', slug()] })
    toasts.say(t('app.saved'))
  }, fields)
}
