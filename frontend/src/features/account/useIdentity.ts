import { shallowRef } from 'vue'
import { ApiError } from '@/shared/api/errors'
import { waysIn } from './factors'

interface Question {
  ways: string[]
  answer: (given: boolean) => void
}

/**
 * What changes how one signs in is refused until one has said once more who one is. `withIdentity` does it, asks where
 * the server asks, and does it then; `question` is what a dialog answers.
 */
export function useIdentity() {
  const question = shallowRef<Question | null>(null)

  function ask(ways: string[]): Promise<boolean> {
    return new Promise((resolve) => {
      question.value = {
        ways,
        answer(given) {
          question.value = null
          resolve(given)
        },
      }
    })
  }

  /** The outcome; an `AbortError` where somebody would not say who they are. */
  async function withIdentity<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const ways = error instanceof ApiError && error.status === 401 ? waysIn(error.body) : []
      if (!ways.length) throw error
      if (!(await ask(ways))) throw new DOMException('not told', 'AbortError')
      return act()
    }
  }

  return { question, withIdentity, ask }
}
