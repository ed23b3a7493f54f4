import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import BaseChart from './BaseChart.vue'

// What draws on a canvas, and the theme of a whole app.
vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<i />' } }))
vi.mock('./useChartColors', () => ({ useChartColors: () => ref({}) }))
afterEach(() => vi.restoreAllMocks())

it.each([
  [true, false],
  [false, true],
])('asked for less motion: %s, it moves: %s', (matches, moves) => {
  vi.spyOn(window, 'matchMedia').mockReturnValue(Object.assign(new EventTarget(), { matches }) as MediaQueryList)
  const chart = mount(BaseChart, { props: { option: {}, label: 'Scores' } })
  expect(chart.getComponent({ name: 'VChart' }).props('option')).toMatchObject({ animation: moves })
})
