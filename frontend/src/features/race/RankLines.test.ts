import { mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { ref } from 'vue'
import type { Place, Point } from '@/shared/competition/standings'
import { vuetify } from '@/shared/vuetify'
import RankLines from './RankLines.vue'

// What draws on a canvas, and the theme of a whole app.
vi.mock('@/shared/ui/chart/BaseChart.vue', () => ({ default: { name: 'BaseChart', props: ['option', 'label'], template: '<i />' } }))
vi.mock('@/shared/ui/chart/useChartColors', () => ({ useChartColors: () => ref({ success: 'green', quiet: 'grey' }) }))

const HOUR = 3_600_000
const START = Date.parse('2026-11-20T00:00:00Z')
const TEAMS = [
  { id: 1, name: 'ours', isMine: true },
  { id: 2, name: 'theirs', isMine: false },
  { id: 3, name: 'late', isMine: false },
]
const POINTS: Point[] = [
  { team: 1, at: START, score: 0.5 },
  { team: 2, at: START + 1000, score: 0.6 },
  { team: 3, at: START + 4 * HOUR, score: 0.9 },
]
const PLACES = TEAMS.map(({ id }, index) => ({ team: id, rank: index + 1, score: 0.5, at: START })) as Place[]

interface Series {
  name: string
  smooth: number
  lineStyle: { color: string }
  data: { label: { show: boolean } }[]
}

function lines(): Series[] {
  const chart = mount(RankLines, {
    props: { teams: TEAMS, points: POINTS, places: PLACES, direction: 'larger_is_better', digits: 3, start: START, last: START + 8 * HOUR, moment: START + 8 * HOUR, finals: [] },
    global: { plugins: [vuetify] },
  })
  return (chart.getComponent({ name: 'BaseChart' }).props('option') as { series: Series[] }).series.filter(({ name }) => name)
}

it('draws smooth lines, all grey but one’s own', () => {
  expect(lines().map(({ name, smooth, lineStyle }) => [name, smooth > 0, lineStyle.color])).toEqual([
    ['ours', true, 'green'],
    ['theirs', true, 'grey'],
    ['late', true, 'grey'],
  ])
})

it('names a line where it begins only at the edge, where nothing is in the way', () => {
  expect(lines().map(({ name, data }) => [name, data.map(({ label }) => label.show).filter(Boolean).length])).toEqual([
    ['ours', 1],
    ['theirs', 1],
    ['late', 0],
  ])
})
