import { useQueryCache } from '@pinia/colada'
import { onScopeDispose, ref, shallowRef } from 'vue'
import { ApiError, type ApiProblem } from '@/shared/api/errors'
import type { Submitted } from '@/shared/api/models'
import { useErrorText } from '@/shared/ui/useErrorText'
import { readSubmission, submit, type SubmissionForm } from './queries'

export type Phase = 'idle' | 'uploading' | 'scoring' | 'queued' | 'scored' | 'refused' | 'failed'

const WATCH_EVERY = 2000

/** The way of one file: upload with honest progress, scoring, and what came of it. */
export function useSubmit(slug: () => string) {
  const cache = useQueryCache()
  const textOf = useErrorText()
  const phase = ref<Phase>('idle')
  const progress = ref(0)
  const outcome = shallowRef<Submitted | null>(null)
  const problems = shallowRef<ApiProblem[]>([])
  const message = ref('')
  let abort = new AbortController()
  onScopeDispose(() => abort.abort())

  async function refresh(team: number) {
    await Promise.all([
      cache.invalidateQueries({ key: ['teams', team] }),
      cache.invalidateQueries({ key: ['competitions', slug()] }),
      cache.invalidateQueries({ key: ['leaderboard', slug()] }),
    ])
  }

  function fail(error: unknown) {
    const isRefusal = error instanceof ApiError && error.status < 500
    phase.value = isRefusal ? 'refused' : 'failed'
    problems.value = isRefusal ? error.problems : []
    message.value = textOf(error)
  }

  /** A file above the inline size is scored by a job: look now and then until it is done. */
  async function watchQueue(answer: Submitted) {
    phase.value = 'queued'
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY))
      const submission = await readSubmission(answer.submission.id, abort.signal)
      if (submission.status === 'pending') continue
      outcome.value = { ...answer, submission }
      problems.value = submission.problems.map((problem) => ({ ...problem, attr: 'file' }))
      phase.value = submission.status === 'scored' ? 'scored' : submission.status
      return
    }
  }

  async function start(form: SubmissionForm) {
    abort = new AbortController()
    phase.value = 'uploading'
    progress.value = 0
    problems.value = []
    message.value = ''
    outcome.value = null
    try {
      const answer = await submit(form, {
        signal: abort.signal,
        onProgress: (fraction) => {
          progress.value = fraction
          if (fraction >= 1) phase.value = 'scoring'
        },
      })
      if (answer.submission.status === 'pending') await watchQueue(answer)
      else {
        outcome.value = answer
        phase.value = 'scored'
      }
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') reset()
      else fail(error)
    } finally {
      await refresh(form.team)
    }
  }

  function cancel() {
    abort.abort()
  }

  function reset() {
    phase.value = 'idle'
    problems.value = []
    message.value = ''
    outcome.value = null
  }

  return { phase, progress, outcome, problems, message, start, cancel, reset }
}
