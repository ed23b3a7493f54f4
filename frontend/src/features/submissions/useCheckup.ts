import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { api, ok } from '@/shared/api/client'
import type { Place } from '@/shared/competition/phases'
import { sampleFor } from '@/shared/competition/samples'
import { checkUp, type Checkup } from './checkup'
import type { Source } from './csv'

// Larger samples are not fetched only to be compared with.
const LARGEST_SAMPLE = 64 * 2 ** 20
// Below, a look takes no longer than a frame or two.
const SMALL = 2 ** 18

// By their checksums.
const samples = new Map<string, Source>()

/** The sample submission of the competition or of the phase, fetched once; null where there is none to compare with yet. */
async function sampleOf({ slug, phase }: Place): Promise<Source | null> {
  const files = await ok(api.GET('/api/competitions/{competition}/data/', { params: { path: { competition: slug } } }))
  const sample = sampleFor(files, phase)
  if (!sample || !/\.csv(\.gz)?$/i.test(sample.name) || sample.size > LARGEST_SAMPLE) return null
  const known = samples.get(sample.sha256)
  if (known) return known
  const response = await fetch(sample.url, { credentials: 'same-origin' })
  if (!response.ok) return null
  const source = { name: sample.name, blob: await response.blob() }
  samples.set(sample.sha256, source)
  return source
}

function inWorker(file: Source, sample: Source | null, signal: AbortSignal): Promise<Checkup | null> {
  const worker = new Worker(new URL('./checkup.worker.ts', import.meta.url), { type: 'module' })
  return new Promise<Checkup | null>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<{ checkup: Checkup | null }>) => resolve(data.checkup)
    worker.onerror = () => resolve(null)
    signal.addEventListener('abort', () => resolve(null))
    worker.postMessage({ file, sample })
  }).finally(() => worker.terminate())
}

/** What there is to say about the chosen file; null while it is looked at, and where only the server can tell. */
export function useCheckup(place: () => Place, file: () => File | null) {
  const checkup = shallowRef<Checkup | null>(null)
  const isChecking = ref(false)
  let looking = new AbortController()
  onScopeDispose(() => looking.abort())

  async function look(chosen: File, signal: AbortSignal) {
    const sample = await sampleOf(place()).catch(() => null)
    if (signal.aborted) return null
    const source = { name: chosen.name, blob: chosen }
    const isSmall = chosen.size + (sample?.blob.size ?? 0) < SMALL
    return isSmall || !('Worker' in globalThis) ? checkUp(source, sample) : inWorker(source, sample, signal)
  }

  watch(
    file,
    async (chosen) => {
      looking.abort()
      looking = new AbortController()
      const { signal } = looking
      checkup.value = null
      isChecking.value = chosen !== null
      if (!chosen) return
      const found = await look(chosen, signal).catch(() => null)
      if (signal.aborted) return
      checkup.value = found
      isChecking.value = false
    },
    { immediate: true },
  )
  return { checkup, isChecking }
}
