import type { DataFile } from '@/shared/api/models'

/** The sample submission for a phase: its own, else the competition's. Without a number: of a competition in one phase. */
export function sampleFor<File extends Pick<DataFile, 'isSampleSubmission' | 'phase'>>(files: readonly File[], phase?: number): File | undefined {
  const samples = files.filter((file) => file.isSampleSubmission && (file.phase === null || phase === undefined || file.phase === phase))
  return samples.find((file) => file.phase !== null) ?? samples[0]
}
