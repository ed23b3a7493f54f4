import { PiniaColada } from '@pinia/colada'
import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'

interface InSetup<T> {
  result: T
  router: Router
  unmount: () => void
}

/**
 * Runs a composable as a component would, with the stores, queries and routes of an app, for tests. `at`: the address
 * the page is at; every address leads to the same empty page.
 */
export async function inSetup<T>(composable: () => T, at = '/'): Promise<InSetup<T>> {
  const page = { template: '<i />' }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: page }] })
  await router.push(at)
  let result: T
  const host = defineComponent({ setup: () => ((result = composable()), () => h('div')) })
  const pinia = createPinia()
  const wrapper = mount(host, { global: { plugins: [pinia, PiniaColada, router] } })
  return { result: result!, router, unmount: () => wrapper.unmount() }
}
