import {
  mdiCodeBlockTags,
  mdiCodeTags,
  mdiFormatBold,
  mdiFormatHeaderPound,
  mdiFormatItalic,
  mdiFormatListBulleted,
  mdiFormatQuoteClose,
  mdiLinkVariant,
  mdiSigma,
  mdiTable,
} from '@mdi/js'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TextArea } from './useTextArea'
import { insert, prefix, wrap, type Draft } from './writing'

export interface Tool {
  name: string
  icon: string
  act: () => Promise<void>
}

/** The marks of Markdown that the editor offers as buttons. Code of several lines becomes a block. */
export function useTools({ draft, put }: TextArea) {
  const { t } = useI18n()

  function codeIn(now: Draft): Draft {
    const isBlock = now.text.slice(now.start, now.end).includes('\n')
    return isBlock ? wrap(now, '```python\n', '', '\n```') : wrap(now, '`', t('discussions.codeWord'))
  }

  function tableIn(now: Draft): Draft {
    const [name, value] = [t('discussions.columnWord'), t('discussions.valueWord')]
    return insert(now, `| ${name} | ${name} |\n| --- | ---: |\n| ${value} | 0.0 |`, { ownLine: true })
  }

  return computed<Tool[]>(() => [
    { name: 'heading', icon: mdiFormatHeaderPound, act: () => put(prefix(draft(), '## ')) },
    { name: 'bold', icon: mdiFormatBold, act: () => put(wrap(draft(), '**', t('discussions.word'))) },
    { name: 'italic', icon: mdiFormatItalic, act: () => put(wrap(draft(), '*', t('discussions.word'))) },
    { name: 'quote', icon: mdiFormatQuoteClose, act: () => put(prefix(draft(), '> ')) },
    { name: 'list', icon: mdiFormatListBulleted, act: () => put(prefix(draft(), '- ')) },
    { name: 'code', icon: mdiCodeTags, act: () => put(codeIn(draft())) },
    { name: 'block', icon: mdiCodeBlockTags, act: () => put(wrap(draft(), '```python\n', t('discussions.codeWord'), '\n```')) },
    { name: 'table', icon: mdiTable, act: () => put(tableIn(draft())) },
    { name: 'math', icon: mdiSigma, act: () => put(wrap(draft(), '$', 'x^2')) },
    { name: 'link', icon: mdiLinkVariant, act: () => put(wrap(draft(), '[', t('discussions.word'), '](https://)')) },
  ])
}
