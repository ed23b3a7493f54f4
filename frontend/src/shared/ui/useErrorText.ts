import { useI18n } from 'vue-i18n'
import { ApiError, NetworkError } from '@/shared/api/errors'

/** A sentence for an error that stands alone, without a title. The server's own words where it has some. */
export function useErrorText() {
  const { t } = useI18n()
  return (error: unknown): string => {
    if (error instanceof NetworkError) return t('errors.offline_alone')
    if (error instanceof ApiError) {
      if (error.status === 401) return t('errors.signIn_alone')
      const details = error.problems.map((problem) => problem.detail).filter(Boolean)
      if (details.length > 0 && error.status < 500) return details.join(' ')
      if (error.status === 413) return t('errors.tooLarge')
      if (error.status === 429) return t('errors.throttled')
    }
    return t('errors.server_alone')
  }
}
