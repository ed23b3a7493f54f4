import { mount } from '@vue/test-utils'
import { expect, test, vi } from 'vitest'
import ProseHtml from './ProseHtml.vue'

const push = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRouter: () => ({ push }) }))

const html =
  '<p>So<sup class="footnote-ref"><a id="fnref-0a1b2c3d-1-0" href="#fn-0a1b2c3d-1">[1]</a></sup> <a href="#part">part</a></p>' +
  '<ol class="footnotes"><li id="fn-0a1b2c3d-1">it is <a class="footnote-back" href="#fnref-0a1b2c3d-1-0">↑</a></li></ol>'

test('a footnote and the way back stay within their own text', async () => {
  Element.prototype.scrollIntoView = vi.fn()
  const page = mount({ components: { ProseHtml }, data: () => ({ html }), template: '<div><ProseHtml v-for="n in 2" :key="n" :html="html" /></div>' }, { attachTo: document.body })
  const second = page.findAll('.prose')[1]!
  await second.get('.footnote-ref a').trigger('click')
  expect(document.activeElement).toBe(second.get('li').element)
  await second.get('.footnote-back').trigger('click')
  expect(document.activeElement).toBe(second.get('.footnote-ref a').element)
  expect(push).not.toHaveBeenCalled()
  await second.get('[href="#part"]').trigger('click')
  expect(push).toHaveBeenCalledOnce()
  page.unmount()
})
