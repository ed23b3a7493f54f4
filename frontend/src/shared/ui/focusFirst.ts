import type { Directive } from 'vue'

/**
 * `v-focus-first`: puts the cursor into the field, at once. Vuetify's own `autofocus` waits until it has seen the field in
 * the window, and then takes the cursor away from whoever has begun to write elsewhere.
 */
export const vFocusFirst: Directive<HTMLElement> = {
  mounted: (element) => element.querySelector<HTMLElement>('input, textarea')?.focus(),
}
