import { expect, it } from 'vitest'
import type { Submission } from '@/shared/api/models'
import { bestBy, compare, distance, mostDifferent, readTable, type Table } from './compare'

const table = async (text: string): Promise<Table> => (await readTable({ name: 'a.csv', blob: new Blob([text]) }))!
const A = 'id,y\n1,1\n2,2\n3,3\n4,4\n'

it('correlates columns of numbers by id, whatever the order of the rows', async () => {
  const { rows, columns, most } = compare(await table(A), await table('id,y\n4,8\n3,6\n2,4\n1,2\n9,0\n'))
  expect(rows).toBe(4)
  expect(columns[0]).toMatchObject({ column: 'y', meanDifference: 2.5, agreement: 0 })
  expect(columns[0]?.correlation).toBeCloseTo(1)
  expect(most[0]).toEqual({ id: '4', column: 'y', first: '4', second: '8' })
})

it('counts how often words agree', async () => {
  const { columns, most } = compare(await table('id,y\n1,cat\n2,dog\n'), await table('id,y\n1,cat\n2,cow\n'))
  expect(columns[0]).toEqual({ column: 'y', correlation: null, meanDifference: null, agreement: 0.5 })
  expect(most).toEqual([{ id: '2', column: 'y', first: 'dog', second: 'cow' }])
})

it('finds the two files that go together least', async () => {
  const files = [['a', A], ['b', 'id,y\n1,1\n2,2\n3,3\n4,5\n'], ['c', 'id,y\n1,4\n2,3\n3,2\n4,1\n']] as const
  const tables = await Promise.all(files.map(async ([name, text]) => [name, await table(text)] as const))
  const found = mostDifferent(tables)
  expect(found?.pair).toEqual(['a', 'c'])
  expect(distance(found!.comparison)).toBeCloseTo(2)
  expect(mostDifferent(tables.slice(0, 1))).toBeNull()
})

const one = (id: number, publicScore: number | null, cvScore: number | null, more: object = {}) =>
  ({ id, status: 'scored', isLate: false, publicScore, cvScore, createdAt: String(id), ...more }) as Submission

it.each([
  ['smaller_is_better', 'publicScore', [2, 3, 1]],
  ['larger_is_better', 'publicScore', [1, 2, 3]],
  ['smaller_is_better', 'cvScore', [3, 1]],
] as const)('orders when %s by %s', (direction, score, ids) => {
  const all = [one(1, 0.9, 0.8), one(2, 0.5, null), one(3, 0.5, 0.7), one(4, 0.1, 0.1, { isLate: true }), one(5, null, 0.1, { status: 'refused' })]
  expect(bestBy(all, score, direction).map(({ id }) => id)).toEqual(ids)
})
