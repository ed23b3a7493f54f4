import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, test, vi } from 'vitest'
import ProseHtml from './ProseHtml.vue'

const push = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRouter: () => ({ push }) }))

const html =
  '<p>So<sup class="footnote-ref"><a id="fnref-0a1b2c3d-1-0" href="#fn-0a1b2c3d-1">[1]</a></sup> <a href="#part">part</a></p>' +
  '<ol class="footnotes"><li id="fn-0a1b2c3d-1">it is <a class="footnote-back" href="#fnref-0a1b2c3d-1-0">↑</a></li></ol>'

test('a footnote and the way back stay within their own text', async () => {
  Element.prototype.scrollIntoView = vi.fn()
  const page = mount({ components: { ProseHtml }, data: () => ({ html }), template: '<div><ProseHtml v-for="n in 2" :key="n" :html="html" /></div>' }, { attachTo: document.body, global: { plugins: [createPinia()] } })
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

test('a link within a text goes to its heading or anchor', async () => {
  Element.prototype.scrollIntoView = vi.fn()
  push.mockClear()
  const text =
    '<p><a href="#at-0a1b2c3d-1">EDA</a> <a href="#at-0a1b2c3d-2">model</a></p>' +
    '<h2 id="at-0a1b2c3d-1">EDA</h2><div><a id="at-0a1b2c3d-2"></a>Model</div>'
  const page = mount(ProseHtml, { props: { html: text }, attachTo: document.body })
  await page.get('[href="#at-0a1b2c3d-1"]').trigger('click')
  expect(document.activeElement).toBe(page.get('h2').element)
  await page.get('[href="#at-0a1b2c3d-2"]').trigger('click')
  expect(document.activeElement).toBe(page.get('#at-0a1b2c3d-2').element)
  expect(Element.prototype.scrollIntoView).toHaveBeenCalledTimes(2)
  expect(push).not.toHaveBeenCalled()
  page.unmount()
})
