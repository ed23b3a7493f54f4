import { useI18n } from 'vue-i18n'
import { labelOf } from './labBook'

const NAMES: Record<string, string> = { tags: 'tags', run: 'run', commit: 'commit', url: 'runUrl' }

/** What a column of experiments is called: names of ours in the language of the page, all others as people gave them. */
export function useColumnNames() {
  const { t } = useI18n()
  return (column: string, all: readonly string[]) => (NAMES[column] ? t(`submissions.${NAMES[column]}`) : labelOf(column, all))
}
