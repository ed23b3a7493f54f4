import { expect, it } from 'vitest'
import type { ApiProblem } from '@/shared/api/errors'
import { asCsv, excerptOf, isLocated, kindsOf, locate } from './report'

const problem = (fields: Partial<ApiProblem>): ApiProblem => ({ code: 'not_a_number', detail: 'It is no number.', attr: 'file', ...fields })
const high = problem({ row: 20, id: '21', column: 'y', expected: 'a number', found: 'high' })
const rows = new Map([[20, { line: 22, text: '21,high' }]])

it('counts each kind, with those that are not listed', () => {
  const found = kindsOf([high, problem({ row: 21, more: 7 }), problem({ code: 'unknown_ids' })])
  expect(found).toEqual([
    { code: 'not_a_number', count: 9, unlisted: 7 },
    { code: 'unknown_ids', count: 1, unlisted: 0 },
  ])
})

it('says on which line of the file a row stands, and cuts the cell out of it', () => {
  expect(locate([high], rows)).toEqual([{ problem: high, line: 22, excerpt: ['21,', 'high', ''] }])
  expect(locate([high], new Map())).toEqual([{ problem: high, line: null, excerpt: null }])
})

it('marks an id only where the fault is one of ids', () => {
  const at = (fields: Partial<ApiProblem>) => locate([problem({ row: 20, id: '21', found: null, ...fields })], rows)[0]?.excerpt
  expect(at({ code: 'duplicate_ids' })).toEqual(['', '21', ',high'])
  expect(at({ code: 'missing_value', column: 'y' })).toBeNull()
})

it('lists what has a place only', () => {
  const whole = problem({ code: 'too_large', row: null, id: null, column: null, expected: null, found: null })
  expect(isLocated(whole)).toBe(false)
  expect(locate([whole, high], rows)).toHaveLength(1)
})

it.each([
  ['21,1', '1', ['21,', '1', '']],
  ['7,"too high",x', 'too high', ['7,"', 'too high', '",x']],
  ['7,0.5', 'gone', null],
  ['7,0.5', null, null],
  [`${'a,'.repeat(40)}bad`, 'bad', [`…${'a,'.repeat(20)}`, 'bad', '']],
])('of the line %j with %j wrong shows %j', (text, wrong, excerpt) => {
  expect(excerptOf(text, wrong)).toEqual(excerpt)
})

it('writes a CSV that any program reads', () => {
  const [head, line] = asCsv(locate([{ ...high, found: 'a "b", c' }], rows)).split('\n')
  expect(head).toBe('line,row,id,column,found,expected,kind,problem,more')
  expect(line).toBe('22,20,21,y,"a ""b"", c",a number,not_a_number,It is no number.,')
})
