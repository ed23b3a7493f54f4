import type { ExplainedMetric } from '@/shared/api/models'

type Parameter = ExplainedMetric['params'][number]

export interface Setting extends Pick<Parameter, 'name' | 'description'> {
  value: unknown
}

/** The metric's parameters with what they are here, and those of the options that are set. */
export function settingsOf(metric: Pick<ExplainedMetric, 'params' | 'options'>, set: Record<string, unknown>): Setting[] {
  const own = metric.params.map((one) => ({ ...one, value: set[one.name] ?? (JSON.parse(one.default) as unknown) }))
  const options = metric.options.filter(({ name }) => name in set).map((one) => ({ ...one, value: set[one.name] }))
  return [...own, ...options].filter(({ value }) => value !== null && value !== undefined)
}

/** A value as people read it: texts without quotation marks. */
export const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** An example row by row: the truth, then the predictions. */
export function rowsOf({ truth, predictions }: Pick<ExplainedMetric['example'], 'truth' | 'predictions'>): string[][] {
  const columns = [...truth, ...predictions].map(({ values }) => values)
  return (columns[0] ?? []).map((_value, row) => columns.map((values) => values[row] ?? ''))
}
