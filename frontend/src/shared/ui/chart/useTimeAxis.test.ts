import { expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { tick, useTimeAxis } from './useTimeAxis'

vi.mock('./useChartColors', () => ({ useChartColors: () => ref({}) }))
vi.mock('vue-i18n', () => ({ useI18n: () => ({ locale: ref('ja') }) }))
const HOUR = 3_600_000
const midnight = new Date(2026, 10, 30).getTime()

it.each([
  ['en', midnight, 'Nov 30'],
  ['ja', midnight, '11月30日'],
  ['en', midnight + 15 * HOUR, '3:00 PM'],
  ['ja', midnight + 15 * HOUR, '15:00'],
])('in %s names a day with its month and a moment by its time', (locale, moment, words) => {
  expect(tick(moment, locale).replace(/\s/g, ' ')).toBe(words)
})

it('speaks the language of the page', () => {
  expect(useTimeAxis()(midnight, midnight + HOUR).axisLabel.formatter(midnight)).toBe('11月30日')
})

it('leaves the hours out where there are days enough', () => {
  const axis = useTimeAxis()
  expect(axis(midnight, midnight + 8 * HOUR)).not.toHaveProperty('minInterval')
  expect(axis(midnight, midnight + 5 * 24 * HOUR)).toMatchObject({ minInterval: 24 * HOUR })
})
