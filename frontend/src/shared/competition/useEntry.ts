import { computed, reactive, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Competition, EntryAnswers } from '@/shared/api/models'

/** The names of what entering may be refused for, as errors of the API locate it. */
export const ENTRY_FIELDS = ['acceptRules', 'invitationCode', 'brackets'] as const

/** Whether there are rules to accept: the organisers ask for it, and have written some. */
export const hasRules = ({ rulesRequired, pages }: Pick<Competition, 'rulesRequired' | 'pages'>) =>
  rulesRequired && pages.some((page) => page.slug === 'rules')

/** What a person answers to enter a competition, and whether the rules still wait for their yes. */
export function useEntry(competition: MaybeRefOrGetter<Competition>) {
  const fields = reactive({ acceptRules: false, invitationCode: '', brackets: [] as string[] })
  // Where the organisers wrote no rules, nobody is asked whether they have read them.
  const asksForRules = computed(() => hasRules(toValue(competition)))
  const waits = computed(() => asksForRules.value && !fields.acceptRules)

  // A yes is to the rules that were read: when they change under the reader's eyes, it is asked for anew.
  const version = () => toValue(competition).rulesVersion
  watch(version, () => (fields.acceptRules = false))

  /** As the API takes them: a code is often pasted with a space around it. */
  const answers = (): EntryAnswers => ({
    acceptRules: asksForRules.value ? fields.acceptRules : toValue(competition).rulesRequired,
    rulesVersion: version(),
    invitationCode: fields.invitationCode.trim(),
  })

  function reset() {
    fields.acceptRules = false
    fields.invitationCode = ''
    fields.brackets = []
  }

  return { fields, waits, answers, reset }
}
