import { createSharedComposable, useClipboard } from '@vueuse/core'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/shared/toasts'

// `legacy`: browsers offer a clipboard on secure pages only, and a server in a closed room is often reached by plain http.
const useOneClipboard = createSharedComposable(() => useClipboard({ legacy: true }))

/** Copies a text and says so. The focus stays where it was, also where the browser copies out of a field. */
export function useCopy() {
  const { t } = useI18n()
  const toasts = useToasts()
  const { copy } = useOneClipboard()
  return async (text: string) => {
    const before = document.activeElement
    await copy(text)
    if (before instanceof HTMLElement && document.activeElement !== before) before.focus()
    toasts.say(t('app.copied'))
  }
}
