import { useQueryCache } from '@pinia/colada'
import { watchDebounced } from '@vueuse/core'
import { computed, reactive, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { ApiError } from '@/shared/api/errors'
import type { MetricDirection, OwnMetric, OwnMetricWithSource } from '@/shared/api/models'
import type { Place } from '@/shared/competition/phases'
import { fieldOfOwn, readAll, written, type Field } from '@/shared/metric/fields'
import * as queries from './queries'
import TEMPLATE from './template.py?raw'

/** How long somebody types before the parameters are read anew, in milliseconds. */
export const PAUSE = 500

/** What the server does not take of a source text, with its line where there is one. */
export interface SourceFault {
  text: string
  line: number | null
}

/**
 * A draft of an own metric: its source, the fields of its parameters, and what else a version has. `tryOut` keeps it as the
 * next version where it differs from the one it came from, since versions never change, and has that one tried.
 */
export function useStudio(place: MaybeRefOrGetter<Place>) {
  const cache = useQueryCache()
  const draft = reactive({
    source: TEMPLATE,
    filename: 'metric.py',
    direction: 'smaller_is_better' as MetricDirection,
    ranked: '',
    /** Names of the values shown beside the one that ranks; none: the trial takes the first ones. */
    columns: [] as string[],
    isShown: false,
  })
  const typed = reactive<Record<string, string>>({})
  const fields = shallowRef<Field[]>([])
  const fault = ref<SourceFault | null>(null)
  const isReading = ref(false)
  /** The version that the draft came from. */
  const version = ref<number | null>(null)
  const from = ref('')

  const read = computed(() => readAll(fields.value, typed))
  // Whether it is shown can be switched for a version that exists: it makes no other version.
  const fingerprint = computed(() => JSON.stringify([draft.source, draft.direction, draft.ranked.trim(), draft.columns, read.value.values]))
  const isChanged = computed(() => version.value === null || fingerprint.value !== from.value)
  const isTouched = computed(() => (version.value === null ? draft.source !== TEMPLATE : fingerprint.value !== from.value))
  const isValid = computed(() => !fault.value && !isReading.value && Object.keys(read.value.faults).length === 0)

  let latest = 0
  async function readSource() {
    const asked = ++latest
    isReading.value = true
    try {
      const { parameters } = await queries.readSignature(toValue(place), draft.source)
      if (asked !== latest) return
      fields.value = parameters.map(fieldOfOwn)
      fault.value = null
    } catch (error) {
      if (asked !== latest) return
      const problem = error instanceof ApiError && error.status === 400 ? error.problems[0] : undefined
      // A server that is away is no fault of the text.
      fault.value = problem ? { text: problem.detail, line: typeof problem.params?.line === 'number' ? problem.params.line : null } : null
    } finally {
      if (asked === latest) isReading.value = false
    }
  }
  watch(
    () => draft.source,
    () => (isReading.value = true),
    { flush: 'sync' },
  )
  watchDebounced(() => draft.source, readSource, { debounce: PAUSE })

  /** Begins again with a version that exists. */
  function take(metric: OwnMetricWithSource) {
    Object.assign(draft, {
      ...{ source: metric.source, filename: metric.filename, direction: metric.direction },
      ...{ ranked: metric.ranked, columns: [...(metric.columns ?? [])], isShown: metric.isShown },
    })
    fields.value = metric.parameters.map(fieldOfOwn)
    for (const name of Object.keys(typed)) delete typed[name]
    for (const [name, value] of Object.entries(metric.params)) typed[name] = written(value)
    comesFrom(metric.version)
    fault.value = null
    latest += 1
    isReading.value = false
  }
  const open = async (wanted: number) => take(await queries.readVersion(toValue(place), wanted))

  function comesFrom(kept: number) {
    version.value = kept
    from.value = fingerprint.value
  }

  /** The version that the draft is: kept now, where it differs from the one it came from. */
  async function keep(): Promise<number> {
    if (version.value !== null && !isChanged.value) return version.value
    const columns = draft.columns.length ? draft.columns : null
    const kept = await queries.keepVersion(toValue(place), { ...draft, ranked: draft.ranked.trim(), columns, params: read.value.values })
    comesFrom(kept.version)
    return kept.version
  }

  async function tryOut(): Promise<OwnMetric> {
    const tried = await queries.tryVersion(toValue(place), await keep())
    await cache.invalidateQueries({ key: ['competitions', toValue(place).slug, 'own-metric'] })
    return tried
  }

  return { draft, typed, fields, fault, isReading, version, read, isChanged, isTouched, isValid, readSource, take, open, keep, tryOut }
}
