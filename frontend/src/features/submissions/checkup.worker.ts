/** The look at a large file, beside the page, which goes on answering. */
import { checkUp } from './checkup'
import type { Source } from './csv'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<{ file: Source; sample: Source | null }>) => void) | null
  postMessage: (message: unknown) => void
}

scope.onmessage = ({ data: { file, sample } }) => {
  checkUp(file, sample).then(
    (checkup) => scope.postMessage({ checkup }),
    // Not readable here (a damaged gzip, say): the server will say what is wrong.
    () => scope.postMessage({ checkup: null }),
  )
}
