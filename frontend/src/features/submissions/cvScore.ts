/** A CV score as somebody writes it, full-width digits too: null for nothing, NaN for what is no number. */
export function cvScoreIn(text: string): number | null {
  const plain = text.normalize('NFKC').replace(/^\s*[−–]/, '-').trim()
  if (plain === '') return null
  const number = Number(plain)
  return Number.isFinite(number) ? number : NaN
}
