import { describe, expect, it } from 'vitest'
import { rowsOf, settingsOf, written } from './scoring'

const text = { en: 'x', ja: 'x' }
const parameter = (name: string, value: string) => ({
  ...{ name, default: value, expected: '', description: text },
  ...{ kind: 'int' as const, minimum: null, maximum: null, choices: [] },
})

describe('settingsOf', () => {
  const metric = { params: [parameter('k', '5'), parameter('classes', 'null')], options: [parameter('groupColumn', 'null')] }

  it('tells defaults, and leaves out what is not set', () => {
    expect(settingsOf(metric, {}).map(({ name, value }) => [name, value])).toEqual([['k', 5]])
  })
  it('tells what is set, options too', () => {
    const found = settingsOf(metric, { k: 3, groupColumn: 'day' })
    expect(found.map(({ name, value }) => `${name}=${written(value)}`)).toEqual(['k=3', 'groupColumn=day'])
  })
})

it('gives an example row by row', () => {
  const column = (name: string, ...values: string[]) => ({ name, values })
  expect(rowsOf({ truth: [column('t', '1', '2')], predictions: [column('t', '3', '')] })).toEqual([
    ['1', '3'],
    ['2', ''],
  ])
})
