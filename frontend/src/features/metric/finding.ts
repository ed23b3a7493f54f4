import type { ExplainedMetric } from '@/shared/api/models'

// What people look for first; whatever is not named here follows.
const ORDER = ['regression', 'binary', 'multiclass', 'label_sets', 'ranking', 'text', 'images', 'survival', 'distributions', 'clustering', 'places']

export interface Group {
  task: ExplainedMetric['task']
  metrics: ExplainedMetric[]
}

/** The metrics that hold every word of a search, in either language, by what they are for. */
export function groupsOf(metrics: readonly ExplainedMetric[], search: string): Group[] {
  const words = search.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean)
  const found = metrics.filter((metric) => {
    const text = textOf(metric)
    return words.every((word) => text.includes(word))
  })
  const groups = new Map<ExplainedMetric['task'], ExplainedMetric[]>()
  for (const metric of found) groups.set(metric.task, [...(groups.get(metric.task) ?? []), metric])
  const place = (task: string) => (ORDER.includes(task) ? ORDER.indexOf(task) : ORDER.length)
  return [...groups].map(([task, those]) => ({ task, metrics: those })).sort((a, b) => place(a.task) - place(b.task))
}

function textOf({ name, label, description, params }: ExplainedMetric): string {
  const parts = [name, name.replaceAll('_', ' '), label, description.en, description.ja, ...params.map((one) => one.name)]
  return parts.join('\n').normalize('NFKC').toLowerCase()
}
