import type { SourceUpload } from '@/shared/api/models'

// Which file of this machine an upload is of: after a reload it can be gone on with. A file that was written since is
// another one, whatever its name and size.
const KEY = 'uzu.uploads'
const MOST = 50

function read(): Record<string, number> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, number>
  } catch {
    return {}
  }
}

function write(entries: [string, number][]) {
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(entries.slice(-MOST))))
  } catch {
    // Without storage a file is sent from its beginning.
  }
}

export const remember = ({ id }: SourceUpload, file: File): void => write([...Object.entries(read()).filter(([one]) => one !== id), [id, file.lastModified]])

export const forgetUpload = (id: string): void => write(Object.entries(read()).filter(([one]) => one !== id))

/** Whether the upload was begun with this very file, here. */
export const isOf = ({ id, size }: SourceUpload, file: File): boolean => size === file.size && read()[id] === file.lastModified
