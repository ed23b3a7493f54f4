import { expect, it } from 'vitest'
import type { Found } from '@/shared/api/models'
import { CHOICES, FOUND } from './bench.testing'
import { answersTable, fittingFirst, isDecided, otherFiles, roleOf, unsure, usageColumns, valuesOf } from './found'

const withRoles = (...roles: string[]) => ({ ...FOUND, tables: roles.map((role) => ({ ...FOUND.tables[0], name: `${role}.csv`, role })) }) as unknown as Found

it('finds the table with the answers: train, else the solution, else the only one', () => {
  expect(answersTable(withRoles('test', 'solution', 'train'))?.name).toBe('train.csv')
  expect(answersTable(withRoles('test', 'solution'))?.name).toBe('solution.csv')
  expect(answersTable(withRoles('other'))?.name).toBe('other.csv')
})

it('takes the column that says who is public from the solution, else from test', () => {
  const of = (role: string, ...columns: object[]) => ({ ...FOUND, tables: [{ ...FOUND.tables[0], role, overview: { columns } }] }) as unknown as Found
  const split = { name: 'split', common: [{ value: 'Private', count: 70 }, { value: 'Public', count: 30 }] }
  expect(usageColumns(of('test', { name: 'id', common: [] }, split))).toEqual(['split'])
  expect(usageColumns(of('solution', { name: 'Usage', common: [] }))).toEqual(['Usage'])
  expect(usageColumns(of('train', split))).toEqual([])
})

it('knows the values of the target as far as they are told', () => {
  expect(valuesOf(FOUND, 'progression')).toEqual([])
  expect(valuesOf(FOUND, undefined)).toEqual([])
})

it('names each column once, those that fit first', () => {
  expect(fittingFirst(['day'], ['id', 'day'])).toEqual(['day', 'id'])
})

it('knows a decision by either name', () => {
  expect(isDecided(['target_columns'], 'targetColumns')).toBe(true)
  expect(isDecided(['targetColumns'], 'targetColumns')).toBe(true)
  expect(isDecided(['task'], 'targetColumns')).toBe(false)
})

it('has nothing to ask where every guess is sure', () => {
  expect(unsure(FOUND, [])).toEqual([])
})

it('takes a role from the file that has it, where another one gets it', () => {
  expect(roleOf(CHOICES, 'test.csv', 'train')).toEqual({ roles: { 'test.csv': 'train' } })
  expect(roleOf(CHOICES, 'test.csv', 'other')).toEqual({ roles: { 'train.csv': 'train', 'test.csv': 'other' } })
})

it('gives out what is no part of the competition', () => {
  expect(otherFiles({ ...FOUND, others: ['notes.pdf'] })).toEqual(['notes.pdf'])
  expect(otherFiles(withRoles('train', 'other'))).toEqual(['other.csv'])
})
