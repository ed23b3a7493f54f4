import { describe, expect, it } from 'vitest'
import { factsOf, isMoment } from './facts'

const HASH = 'a'.repeat(64)

describe('the facts of an entry', () => {
  it('tell what a field was and is', () => {
    expect(factsOf({ maxTeamSize: [5, 9], entryDeadline: [null, '2026-06-11T00:00:00Z'] })).toEqual([
      { name: 'maxTeamSize', form: 'change', before: 5, after: 9 },
      { name: 'entryDeadline', form: 'change', before: null, after: '2026-06-11T00:00:00Z' },
    ])
  })

  it('name what lies within another fact by both', () => {
    expect(factsOf({ changed: { rowsAdded: 1, truth: { private: 2 } } })).toEqual([
      { name: 'changed.rowsAdded', form: 'value', value: 1 },
      { name: 'changed.truth.private', form: 'value', value: 2 },
    ])
  })

  it('leave out what is not there, and count what is long', () => {
    expect(factsOf({ changed: null, reason: '', board: [{}, {}], sealed: null, root: HASH })).toEqual([
      { name: 'board', form: 'count', count: 2 },
      { name: 'root', form: 'hash', value: HASH },
    ])
  })

  it('tell of two records what differs', () => {
    const own = [
      { version: 1, ranked: '', params: {} },
      { version: 2, ranked: '', params: { k: 3 } },
    ]
    expect(factsOf({ own })).toEqual([
      { name: 'own.version', form: 'change', before: 1, after: 2 },
      { name: 'own.params.k', form: 'change', before: null, after: 3 },
    ])
    expect(factsOf({ own: [{ metric: 'rmse' }, { version: 1 }] })).toEqual([
      { name: 'own.metric', form: 'change', before: 'rmse', after: null },
      { name: 'own.version', form: 'change', before: null, after: 1 },
    ])
  })

  it('show lists of any other length as they are', () => {
    expect(factsOf({ metricParams: [['k', 3]] })).toEqual([{ name: 'metricParams', form: 'value', value: '[["k",3]]' }])
  })
})

it('tells moments from other texts', () => {
  expect(isMoment('2026-06-11T00:00:00Z')).toBe(true)
  expect(isMoment('rmse')).toBe(false)
  expect(isMoment(5)).toBe(false)
})

it('tells lists of numbers as they are, whether one or two and however many they hold', () => {
  expect(factsOf({ combinedPoints: [25, 18] })).toEqual([{ name: 'combinedPoints', form: 'value', value: '25 18' }])
  expect(factsOf({ combinedPoints: [[], [25, '18.5', 0]] })).toEqual([{ name: 'combinedPoints', form: 'change', before: '', after: '25 18.5 0' }])
  expect(factsOf({ combinedPoints: [] })).toEqual([])
})
