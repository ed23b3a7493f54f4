/** Why an organiser did something, and whether everybody may read it. */
export interface Reason {
  reason: string
  isReasonPublic: boolean
}
