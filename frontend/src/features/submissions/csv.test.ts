import { expect, it } from 'vitest'
import { cellsOf, csvStream, findRows, readRows, RowReader, type CsvRow } from './csv'

const file = (text: string, name = 'submission.csv') => ({ name, blob: new Blob([text]) })

async function rows(text: string): Promise<CsvRow[]> {
  const found: CsvRow[] = []
  await readRows(file(text), (row) => void found.push(row))
  return found
}

it.each([
  ['id,y\n1,0.5\n2,0.7\n', [[1, 'id,y'], [2, '1,0.5'], [3, '2,0.7']]],
  ['id,y\r\n1,0.5\r\n2,0.7', [[1, 'id,y'], [2, '1,0.5'], [3, '2,0.7']]],
  ['\ufeffid,y\n', [[1, 'id,y']]],
  ['\n\nid,y\n\n1,2\n', [[3, 'id,y'], [5, '1,2']]],
  ['id,text\n1,"two\nlines"\n2,"a ""word"""\n', [[1, 'id,text'], [2, '1,"two\nlines"'], [4, '2,"a ""word"""']]],
  ['', []],
])('reads the rows of %j with their lines', async (text, expected) => {
  expect((await rows(text)).map(({ line, text: row }) => [line, row])).toEqual(expected)
})

it('does not mind where the pieces of a file are cut', () => {
  const text = 'id,text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,b\r\n'
  const whole: CsvRow[] = []
  const cut: CsvRow[] = []
  const one = new RowReader((row) => whole.push(row))
  one.push(text)
  one.end()
  const many = new RowReader((row) => cut.push(row))
  for (const letter of text) many.push(letter)
  many.end()
  expect(cut).toEqual(whole)
  expect(whole.map(({ line }) => line)).toEqual([1, 2, 5])
})

it('splits quoted cells', () => {
  expect(cellsOf('a,"b,c", d ,"e ""f"""')).toEqual(['a', 'b,c', 'd', 'e "f"'])
})

it('finds rows by the numbers that the server gives them', async () => {
  const found = await findRows(file('id,y\n\n1,0.5\n2,high\n3,0.1\n'), [2, 9])
  expect([...found]).toEqual([[2, { line: 4, text: '2,high' }]])
})

it('leaves what it can not read to the server', async () => {
  expect(csvStream(file('', 'submission.parquet'))).toBeNull()
  expect(await readRows(file('', 'submission.zip'), () => undefined)).toBe(false)
})
