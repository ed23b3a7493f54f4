import { nextTick, type Ref } from 'vue'
import type { Draft } from './writing'

/** The text of a field together with its selection. Until the field is there, the caret stands at the end of the text. */
export function useTextArea(text: Ref<string>, area: Readonly<Ref<HTMLTextAreaElement | null>>) {
  function draft(): Draft {
    const end = text.value.length
    return { text: text.value, start: area.value?.selectionStart ?? end, end: area.value?.selectionEnd ?? end }
  }

  /** Shows a changed text, selected as it says. `focus`: whether the person goes on writing here. */
  async function put(changed: Draft, { focus = true } = {}) {
    text.value = changed.text
    await nextTick()
    if (focus) area.value?.focus()
    area.value?.setSelectionRange(changed.start, changed.end)
  }

  return { draft, put }
}

export type TextArea = ReturnType<typeof useTextArea>
