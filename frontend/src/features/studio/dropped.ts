/** A file with its place below what was dropped. */
export interface NamedFile {
  name: string
  file: File
}

/** As many as a draft takes. */
export const MOST_FILES = 20

/** What somebody dropped: files, and everything in the folders among them. Ask at once: later the browser forgets it. */
export async function filesIn(transfer: DataTransfer): Promise<NamedFile[]> {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry?.() : null) ?? null)
  if (!entries.some((entry) => entry !== null)) return [...transfer.files].map((file) => ({ name: file.name, file }))
  const found = await Promise.all(entries.map((entry) => (entry ? below(entry, '') : [])))
  const named = found.flat()
  return entries.length === 1 && entries[0]?.isDirectory ? named.map(withoutFolder) : named
}

/** What was chosen: of a folder everything in it. */
export const filesOf = (list: FileList): NamedFile[] =>
  [...list].map((file) => (file.webkitRelativePath ? withoutFolder({ name: file.webkitRelativePath, file }) : { name: file.name, file }))

const withoutFolder = ({ name, file }: NamedFile): NamedFile => ({ name: name.slice(name.indexOf('/') + 1), file })

async function below(entry: FileSystemEntry, path: string): Promise<NamedFile[]> {
  const name = path + entry.name
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    return [{ name, file }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const inside: FileSystemEntry[] = []
  // It hands out a hundred at a time, and nothing at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (!some.length) break
    inside.push(...some)
  }
  return (await Promise.all(inside.map((one) => below(one, `${name}/`)))).flat()
}

const isTable = ({ name }: NamedFile) => /\.(csv|tsv|txt|parquet)(\.gz|\.zip)?$/i.test(name)
const isHidden = ({ name }: NamedFile) => name.split('/').some((step) => step.startsWith('.') || step === '__MACOSX' || step === 'Thumbs.db')

/** Those to send, tables first, and the names of those for which there is no room beside `known`. */
export function toSend(files: readonly NamedFile[], known: readonly string[] = []): { sent: NamedFile[]; left: string[] } {
  const wanted = files.filter((one) => !isHidden(one)).sort((a, b) => Number(isTable(b)) - Number(isTable(a)))
  const again = wanted.filter(({ name }) => known.includes(name))
  const others = wanted.filter(({ name }) => !known.includes(name))
  const room = Math.max(0, MOST_FILES - known.length)
  return { sent: [...again, ...others.slice(0, room)], left: others.slice(room).map(({ name }) => name) }
}

/** A name for a competition made of such files: that of the folder. */
export function titleFrom(files: readonly File[]): string {
  const folder = (files[0]?.webkitRelativePath || '').split('/')[0] ?? ''
  return folder.replace(/[_-]+/g, ' ').trim()
}
