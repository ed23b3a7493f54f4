import { describe, expect, it } from 'vitest'
import { fieldOfBuiltIn, fieldOfOwn, read, readAll, written, type Field } from './fields'

const field = (kind: Field['kind'], more: Partial<Field> = {}): Field => ({
  ...{ name: 'x', kind, usual: null, isRequired: false, isOptional: false, choices: [], minimum: null, maximum: null, hint: '' },
  ...more,
})

describe('read', () => {
  it.each([
    ['int', ' 3 ', 3],
    ['int', '-3', -3],
    ['float', '.5', 0.5],
    ['float', '1e-15', 1e-15],
    ['bool', 'false', false],
    ['str', ' a b ', 'a b'],
    ['labels', 'cat\n\ndog\n', ['cat', 'dog']],
    ['labels', '1\n2', ['1', '2']],
    ['numbers', '0.1, 0.5\n0.9', [0.1, 0.5, 0.9]],
    ['mapping', 'a = 1\nsize of b: 0.5', { a: 1, 'size of b': 0.5 }],
    ['list', '1\ntwo\n"3"', [1, 'two', '3']],
    ['any', '2.5', 2.5],
    ['any', 'two', 'two'],
    ['any', '[1, 2]', [1, 2]],
    ['any', '{"a": 1}', '{"a": 1}'],
  ] as const)('takes for %s what is typed: %s', (kind, typed, value) => {
    expect(read(field(kind), typed)).toEqual({ value })
  })

  it.each([
    ['int', '1.5'],
    ['int', '1e3'],
    ['int', '99999999999999999999'],
    ['float', 'high'],
    ['float', '1e999'],
    ['float', 'Infinity'],
    ['bool', 'yes'],
    ['labels', 'only'],
    ['labels', 'cat\ncat'],
    ['numbers', '0.5 0.1'],
    ['numbers', '0.1 x'],
    ['mapping', 'a'],
    ['mapping', 'a = b'],
  ] as const)('does not take for %s: %s', (kind, typed) => {
    expect(read(field(kind), typed)).toEqual({ fault: kind })
  })

  it('keeps to the bounds', () => {
    const share = field('float', { minimum: 0, maximum: 1 })
    expect([read(share, '1'), read(share, '1.01'), read(share, '-0.1')]).toEqual([{ value: 1 }, { fault: 'range' }, { fault: 'range' }])
  })

  it('takes nothing for the usual value, where there is one', () => {
    expect(read(field('int'), ' ')).toEqual({ value: undefined })
    expect(read(field('int', { isRequired: true }), ' ')).toEqual({ fault: 'required' })
  })
})

it.each([
  [null, ''],
  [0.5, '0.5'],
  [false, 'false'],
  ['a', 'a'],
  [['a', 1], 'a\n1'],
  [{ a: 1, b: 2 }, 'a = 1\nb = 2'],
])('writes %j so that it is read again: %j', (value, text) => {
  expect(written(value)).toBe(text)
})

it('reads a whole form', () => {
  const fields = [field('int', { name: 'k' }), field('float', { name: 'beta', isRequired: true }), field('str', { name: 'mode' })]
  expect(readAll(fields, { k: '3', other: '1' })).toEqual({ values: { k: 3 }, faults: { beta: 'required' } })
})

it('makes a field of a parameter of a signature', () => {
  const made = fieldOfOwn({ name: 'x', kind: 'complex', default: 1, isRequired: false, isOptional: true })
  expect([made.kind, made.usual, made.isOptional]).toEqual(['any', 1, true])
})

it('makes a field of a parameter of a built-in metric', () => {
  const parameter = { name: 'k', kind: 'int' as const, default: '5', expected: '', choices: [], minimum: 1, maximum: 9, description: { en: 'How many.', ja: '数' } }
  expect(fieldOfBuiltIn(parameter, 'ja')).toMatchObject({ usual: 5, minimum: 1, maximum: 9, hint: '数' })
})
