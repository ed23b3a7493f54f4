import { useI18n } from 'vue-i18n'
import type { PageRef } from '@/shared/api/models'
import { knownTitle } from './pages'

/** The title of an organisers' page: in the reader's language where it has its usual one, else as they wrote it. */
export function usePageTitle() {
  const { t } = useI18n()
  return (page: Pick<PageRef, 'slug' | 'title'>): string => {
    const key = knownTitle(page)
    return key ? t(key) : page.title
  }
}
