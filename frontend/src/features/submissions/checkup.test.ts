import { expect, it } from 'vitest'
import { checkUp, isGood } from './checkup'

const file = (text: string, name = 'submission.csv') => ({ name, blob: new Blob([text]) })
const SAMPLE = file('id,y\n1,0\n2,0\n3,0.5\n', 'sample_submission.csv')
const check = async (text: string, sample: typeof SAMPLE | null = SAMPLE) => (await checkUp(file(text), sample))!

it.each([
  ['id,y\n1,5\n2,-1e3\n3,.5\n'],
  ['y,id\n5,3\n5,2\n5,1\n'],
  ['id,y\n001,5\n2.0,1\n3,2\n'],
])('has nothing to say against %j', async (text) => {
  const found = await check(text)
  expect(found.findings).toEqual([])
  expect(isGood(found)).toBe(true)
})

it.each([
  ['id,y\n1,5\n2,6\n2,7\n', 'repeated_id', { line: 4, id: '2' }],
  ['id,y\n1,5\n2,6\n9,7\n', 'unknown_id', { line: 4, id: '9' }],
  ['id,y\n1,5\n3,6\n1,6\n', 'missing_id', { id: '2' }],
  ['id,y\n1,5\n2,\n3,6\n', 'empty', { line: 3, id: '2', column: 'y', found: '' }],
  ['id,y\n1,5\n2,high\n3,6\n', 'not_a_number', { line: 3, id: '2', column: 'y', found: 'high' }],
  ['id,y\n1,5\n2,nan\n3,6\n', 'not_a_number', { line: 3, id: '2', column: 'y', found: 'nan' }],
  ['id,y\n1,5\n2,6,7\n3,6\n', 'wrong_field_count', { line: 3, found: '3' }],
])('finds in %j: %s', async (text, kind, place) => {
  const found = await check(text)
  expect(found.findings.find((finding) => finding.kind === kind)).toEqual({ kind, count: 1, first: [place] })
  expect(isGood(found)).toBe(false)
})

it('names what is missing, too much, and the number of rows', async () => {
  const { missing, unexpected, expectedRows, rows } = await check('id,Y\n1,5\n2,5\n')
  expect({ missing, unexpected, expectedRows, rows }).toEqual({ missing: ['y'], unexpected: ['Y'], expectedRows: 3, rows: 2 })
})

it('counts all and places the first', async () => {
  const [finding] = (await check(`id,y\n1,5\n2,5\n3,5\n${'3,5\n'.repeat(9)}`)).findings
  expect(finding).toMatchObject({ kind: 'repeated_id', count: 9 })
  expect(finding?.first).toHaveLength(3)
})

it('asks for no numbers where the sample has words, for no cells it leaves empty, for no ids it repeats', async () => {
  const sample = file('group,label\na,cat\na,\n')
  expect((await check('group,label\na,dog\nb,\n', sample)).findings).toEqual([])
})

it('sees without a sample what a file tells by itself', async () => {
  const found = await check('id,y\n1,5\n1,\n', null)
  expect(found).toMatchObject({ isCompared: false, columns: ['id', 'y'], rows: 2 })
  expect(found.findings.map(({ kind }) => kind)).toEqual(['repeated_id', 'empty'])
})

it('leaves what it can not read to the server', async () => {
  expect(await checkUp(file('', 'submission.parquet'), SAMPLE)).toBeNull()
})
