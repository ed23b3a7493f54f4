import { expect, it } from 'vitest'
import { cells, csvStream, difference, shapeOf } from './precheck'

const shape = (text: string) => shapeOf(csvStream(new File([text], 'submission.csv'))!)

it.each([
  ['id,target\n1,0.5\n2,0.7\n', { columns: ['id', 'target'], rows: 2 }],
  ['id,target\r\n1,0.5\r\n2,0.7', { columns: ['id', 'target'], rows: 2 }],
  ['\ufeffid,target\n', { columns: ['id', 'target'], rows: 0 }],
  ['id,text\n1,"two\nlines"\n\n2,"a ""word"""\n', { columns: ['id', 'text'], rows: 2 }],
])('sees the shape of %j', async (text, expected) => {
  expect(await shape(text)).toEqual(expected)
})

it('splits quoted cells', () => {
  expect(cells('a,"b,c","d ""e"""')).toEqual(['a', 'b,c', 'd "e"'])
})

it('names what is missing, too much, and the number of rows', () => {
  const expected = { columns: ['id', 'target'], rows: 10 }
  expect(difference(expected, { columns: ['target', 'id'], rows: 10 })).toBeNull()
  expect(difference(expected, { columns: ['id', 'Target'], rows: 9 })).toEqual({
    missing: ['target'],
    unexpected: ['Target'],
    rows: { expected: 10, found: 9 },
  })
})

it('leaves what it can not read to the server', () => {
  expect(csvStream(new File([''], 'submission.parquet'))).toBeNull()
  expect(csvStream(new File([''], 'submission.zip'))).toBeNull()
})
