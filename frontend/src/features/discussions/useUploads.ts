import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useToasts } from '@/shared/toasts'
import { useErrorText } from '@/shared/ui/useErrorText'
import { uploadFile } from './queries'
import type { TextArea } from './useTextArea'
import { exchange, insert } from './writing'

interface Options {
  /** Called before a file takes its place in the text, so that the text is in sight. */
  onStart?: () => Promise<unknown>
  onBusy?: (isBusy: boolean) => void
  send?: (file: File) => Promise<{ markdown: string }>
}

/**
 * Sends files and puts what they are called into the text. While a file is on its way a line holds its place; one writes on
 * meanwhile, and what fails takes its line away again.
 */
export function useUploads({ draft, put }: TextArea, { onStart, onBusy, send = uploadFile }: Options = {}) {
  const { t } = useI18n()
  const toasts = useToasts()
  const errorText = useErrorText()
  const uploading = ref(0)
  let number = 0

  async function take(file: File) {
    number += 1
    const waiting = `![${t('discussions.uploading', { name: file.name.replace(/[[\]]/g, '') })} #${number}]()`
    await onStart?.()
    await put(insert(draft(), waiting, { ownLine: true }))
    uploading.value += 1
    onBusy?.(true)
    try {
      const kept = await send(file)
      await put(exchange(draft(), waiting, kept.markdown), { focus: false })
    } catch (error) {
      await put(exchange(exchange(draft(), `${waiting}\n`, ''), waiting, ''), { focus: false })
      toasts.say(`${file.name}: ${errorText(error)}`, 'error')
    } finally {
      uploading.value -= 1
      onBusy?.(uploading.value > 0)
    }
  }

  const takeAll = (files: Iterable<File>) => Promise.all([...files].map(take))
  return { uploading, takeAll }
}
