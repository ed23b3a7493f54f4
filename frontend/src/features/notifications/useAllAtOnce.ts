import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/shared/toasts'
import { useAction } from '@/shared/ui/useAction'
import { deleteAll, markAllRead, type Narrowed } from './queries'
import { useMarking } from './useMarking'

/** Marks or deletes all notifications that the filters leave. `asks`: which of them the page asks about before deleting. */
export function useAllAtOnce(narrowed: Readonly<Ref<Narrowed>>) {
  const { t } = useI18n()
  const toasts = useToasts()
  const { refresh } = useMarking()

  const readAll = useAction(async () => {
    const { count } = await markAllRead(narrowed.value)
    await refresh()
    toasts.say(t('notifications.markedToast', { n: count }, count))
  })
  const asks = ref<'read' | 'all' | null>(null)
  const removal = useAction(async () => {
    const { count } = await deleteAll(narrowed.value, asks.value === 'read')
    asks.value = null
    await refresh()
    toasts.say(t('notifications.deletedToast', { n: count }, count))
  })
  return { readAll, asks, removal }
}
