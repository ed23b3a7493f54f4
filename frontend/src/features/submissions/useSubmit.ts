import { useQueryCache } from '@pinia/colada'
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError, isUnheard, mayPass, NetworkError, type ApiProblem } from '@/shared/api/errors'
import type { Submitted } from '@/shared/api/models'
import { refetchInBackground } from '@/shared/api/refetch'
import { useErrorText } from '@/shared/ui/useErrorText'
import { readSubmission, submit, type SubmissionForm } from './queries'

/**
 * `changed`: the file was written again since it was chosen. `lost`: it left, and nobody heard what came of it.
 * `signedOut`: the session had ended, so nothing was taken.
 */
export type Stage =
  | 'idle'
  | 'uploading'
  | 'scoring'
  | 'queued'
  | 'scored'
  | 'refused'
  | 'failed'
  | 'changed'
  | 'lost'
  | 'signedOut'

const BUSY: readonly Stage[] = ['uploading', 'scoring', 'queued']

const WATCH_EVERY = 2000

/** The way of one file: upload with honest progress, scoring, and what came of it. */
export function useSubmit(slug: () => string) {
  const cache = useQueryCache()
  const textOf = useErrorText()
  const stage = ref<Stage>('idle')
  const progress = ref(0)
  const outcome = shallowRef<Submitted | null>(null)
  const problems = shallowRef<ApiProblem[]>([])
  const message = ref('')
  const wasShut = () => stage.value === 'signedOut'
  const busy = computed(() => BUSY.includes(stage.value))
  let abort = new AbortController()
  onScopeDispose(() => abort.abort())

  const refresh = (team: number) =>
    refetchInBackground(cache, [
      ['teams', team],
      ['competitions', slug()],
      ['leaderboard', slug()],
    ])

  async function fail(error: unknown, file: File) {
    if (error instanceof ApiError && error.status === 401) {
      stage.value = 'signedOut'
      return
    }
    // An answer of a gateway says that all of the file had arrived there.
    if (isUnheard(error) && (stage.value === 'scoring' || error instanceof ApiError)) {
      stage.value = 'lost'
      return
    }
    if (error instanceof NetworkError && !(await isReadable(file))) {
      stage.value = 'changed'
      return
    }
    const isRefusal = error instanceof ApiError && error.status < 500
    stage.value = isRefusal ? 'refused' : 'failed'
    problems.value = isRefusal ? error.problems : []
    message.value = textOf(error)
  }

  /** A file above the inline size is scored by a job: look now and then until it is done, also over a broken line. */
  async function watchQueue(answer: Submitted) {
    stage.value = 'queued'
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY))
      const submission = await readSubmission(answer.submission.id, abort.signal).catch((error: unknown) => {
        if (mayPass(error)) return null
        throw error
      })
      if (!submission || submission.status === 'pending') continue
      outcome.value = { ...answer, submission }
      problems.value = submission.problems.map((problem) => ({ ...problem, attr: 'file' }))
      stage.value = submission.status === 'scored' ? 'scored' : submission.status
      return
    }
  }

  async function start(form: SubmissionForm) {
    abort = new AbortController()
    stage.value = 'uploading'
    progress.value = 0
    problems.value = []
    message.value = ''
    outcome.value = null
    try {
      const answer = await submit(form, {
        signal: abort.signal,
        onProgress: (fraction) => {
          progress.value = fraction
          if (fraction >= 1) stage.value = 'scoring'
        },
      })
      if (answer.submission.status === 'pending') await watchQueue(answer)
      else {
        outcome.value = answer
        stage.value = 'scored'
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') reset()
      else await fail(error, form.file)
    } finally {
      // Nothing has changed for who was not let in.
      if (!wasShut()) void refresh(form.team)
    }
  }

  function cancel() {
    abort.abort()
  }

  function reset() {
    stage.value = 'idle'
    problems.value = []
    message.value = ''
    outcome.value = null
  }

  return { stage, busy, progress, outcome, problems, message, start, cancel, reset }
}

/** A browser no longer reads a file that was written again after it was chosen, and calls that a broken connection. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}
