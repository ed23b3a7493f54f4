import { expect, it } from 'vitest'
import type { ExplainedMetric } from '@/shared/api/models'
import { groupsOf } from './finding'

const metric = (name: string, task: ExplainedMetric['task'], label: string, en = '', ja = '') =>
  ({ name, task, label, description: { en, ja }, params: [] }) as unknown as ExplainedMetric
const METRICS = [
  metric('log_loss', 'multiclass', 'Log loss', 'Mean of the logarithms.', '対数損失'),
  metric('rmse', 'regression', 'RMSE', 'Root of the mean square.', '平方根'),
  metric('mae', 'regression', 'MAE', 'Mean of the differences.', '絶対誤差'),
]
const shown = (search: string) => groupsOf(METRICS, search).map(({ task, metrics }) => `${task}: ${metrics.map(({ name }) => name).join(' ')}`)

it('groups them in the order people look in', () => {
  expect(shown('')).toEqual(['regression: rmse mae', 'multiclass: log_loss'])
})

it.each([
  ['LOG loss', ['multiclass: log_loss']],
  ['log_loss', ['multiclass: log_loss']],
  ['mean', ['regression: rmse mae', 'multiclass: log_loss']],
  ['mean square', ['regression: rmse']],
  ['ＲＭＳＥ', ['regression: rmse']],
  ['対数', ['multiclass: log_loss']],
  ['nothing like it', []],
])('finds by every word, in both languages: %s', (search, found) => {
  expect(shown(search)).toEqual(found)
})
