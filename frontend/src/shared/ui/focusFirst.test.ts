import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent } from 'vue'
import { vFocusFirst } from './focusFirst'

test('the cursor is in the field before anything else can happen', () => {
  const page = defineComponent({
    directives: { focusFirst: vFocusFirst },
    template: '<form><input id="other"><div v-focus-first><label>Title</label><input id="title"></div></form>',
  })
  const wrapper = mount(page, { attachTo: document.body })
  expect(document.activeElement?.id).toBe('title')
  wrapper.unmount()
})
