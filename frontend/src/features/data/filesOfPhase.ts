import type { Competition, DataFile } from '@/shared/api/models'
import { hasStarted } from '@/shared/competition/phases'

type Held = Pick<Competition, 'phases' | 'phase'>
type Opening = Pick<DataFile, 'phase'>

/** Whether participants may have the file at this moment: with its phase, or with the first one that starts. */
export const isOpen = ({ phase }: Opening, { phases }: Held, now: number): boolean =>
  phases.some((one) => (phase === null || one.number === phase) && hasStarted(one, now))

/** When the phase of the file starts; null for one of no phase. */
export const opensAt = ({ phase }: Opening, { phases }: Held): string | null => phases.find(({ number }) => number === phase)?.startsAt ?? null

/** The files of the phase that the competition is looked at in, and those of no phase; in one phase, all of them. */
export const filesOfPhase = <File extends Opening>(files: readonly File[], { phase }: Held): File[] =>
  files.filter((file) => file.phase === null || phase === undefined || file.phase === phase)

/** What the archive holds: what may be known of all phases by now. */
export const archived = <File extends Opening>(files: readonly File[], held: Held, now: number): File[] =>
  files.filter((file) => file.phase === null || isOpen(file, held, now))
