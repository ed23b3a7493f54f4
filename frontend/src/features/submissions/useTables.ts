import type { Submission } from '@/shared/api/models'
import { readTable, type Table } from './compare'
import { sentFile } from './queries'

// What is compared on the page itself, without holding it up.
const LARGEST = 8 * 2 ** 20

/** The files of own submissions as tables, each fetched once; null for what can't be compared in the browser. */
export function useTables() {
  const known = new Map<number, Promise<Table | null>>()

  async function read(submission: Submission): Promise<Table | null> {
    if (submission.size > LARGEST) return null
    const source = await sentFile(submission)
    return source && readTable(source)
  }
  return (submission: Submission): Promise<Table | null> => {
    const table = known.get(submission.id) ?? read(submission)
    known.set(submission.id, table)
    table.catch(() => known.delete(submission.id))
    return table
  }
}
