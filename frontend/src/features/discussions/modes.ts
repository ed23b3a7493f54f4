/** What the editor shows: the text, what becomes of it, or both side by side. */
export const MODES = ['write', 'split', 'preview'] as const
export type Mode = (typeof MODES)[number]
