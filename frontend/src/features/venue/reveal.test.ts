import { describe, expect, it } from 'vitest'
import type { PrivateRow } from '@/shared/api/models'
import { finalSource, moveOf, ONE_BY_ONE, podiumsOf, revealedBefore, stagesOf, stepAfter } from './reveal'

function row(rank: number | null, id = rank ?? 0): PrivateRow {
  return {
    rank,
    team: { id, name: `Team ${id}` },
    members: [],
    score: rank === null ? null : 1 / rank,
    numbers: [],
    submissions: 1,
    lastSubmittedAt: null,
    bestSubmittedAt: null,
    isMine: false,
    outOfCompetition: false,
    disqualified: false,
    brackets: [],
    publicRank: rank,
    change: 0,
    rankLow: null,
    rankHigh: null,
    aboveNext: null,
    isToldApart: null,
  }
}
const board = (teams: number) => Array.from({ length: teams }, (_, index) => row(index + 1))
const ranks = (stages: PrivateRow[][]) => stages.map((stage) => stage.map(({ rank }) => rank))

describe('where the final ranking is read from', () => {
  const end = Date.parse('2026-11-21T17:00:00Z')
  const times = { startsAt: '2026-11-21T09:00:00Z', endsAt: '2026-11-21T17:00:00Z' }

  it.each(['upcoming', 'running', 'finished', 'confirmed'] as const)('is nowhere before the end, whatever is said (%s)', (state) => {
    expect(finalSource({ ...times, state, isHost: true }, end - 1)).toBeNull()
  })
  it('is the preview for organisers from the end on', () => {
    expect(finalSource({ ...times, state: 'running', isHost: true }, end)).toBe('preview')
  })
  it('is nowhere for others until it is confirmed', () => {
    expect(finalSource({ ...times, state: 'finished', isHost: false }, end)).toBeNull()
  })
  it('is the private leaderboard for everybody once confirmed', () => {
    expect(finalSource({ ...times, state: 'confirmed', isHost: false }, end)).toBe('private')
    expect(finalSource({ ...times, state: 'confirmed', isHost: true }, end)).toBe('private')
  })
})

describe('stages', () => {
  it('go from the last place to the first', () => {
    expect(ranks(stagesOf(board(3)))).toEqual([[3], [2], [1]])
  })
  it('show teams of one rank together and leave out teams without one', () => {
    expect(ranks(stagesOf([row(1), row(2, 8), row(2, 9), row(4), row(null)]))).toEqual([[4], [2, 2], [1]])
  })
  it('are groups behind the best, and every team is in one of them', () => {
    const stages = stagesOf(board(500))
    expect(stages.slice(-ONE_BY_ONE).every((stage) => stage.length === 1)).toBe(true)
    expect(stages.length).toBeLessThan(50)
    expect(stages.flat().map(({ rank }) => rank)).toEqual(Array.from({ length: 500 }, (_, index) => 500 - index))
  })
  it('never hold more than a wall can show', () => {
    expect(Math.max(...stagesOf(board(5000)).map((stage) => stage.length))).toBeLessThanOrEqual(24)
  })
  it('are none for an empty ranking', () => {
    expect(stagesOf([])).toEqual([])
  })
})

describe('podiums', () => {
  const BRACKETS = [
    { slug: 'rookie', name: 'Rookies' },
    { slug: 'student', name: 'Students' },
    { slug: 'empty', name: 'Nobody' },
  ]
  const of = (rank: number | null, id: number, ...brackets: string[]) => ({ ...row(rank, id), brackets })

  it('are the first three of each bracket in the order of the competition, best first', () => {
    const rows = [of(5, 5, 'student'), of(1, 1, 'student'), of(4, 4, 'student'), of(2, 2, 'rookie', 'student'), of(3, 3)]
    expect(podiumsOf(rows, BRACKETS).map(({ name, rows: three }) => [name, three.map(({ rank }) => rank)])).toEqual([
      ['Rookies', [2]],
      ['Students', [1, 2, 4]],
    ])
  })
  it('leave out who has no rank, and brackets without anybody', () => {
    expect(podiumsOf([of(null, 1, 'student'), of(1, 2)], BRACKETS)).toEqual([])
  })
})

describe('keys', () => {
  const press = { key: ' ', repeat: false, ctrlKey: false, metaKey: false, altKey: false }

  it.each([
    [' ', 'next'],
    ['ArrowRight', 'next'],
    ['PageDown', 'next'],
    ['ArrowLeft', 'back'],
    ['PageUp', 'back'],
    ['Home', 'start'],
    ['End', 'all'],
    ['x', null],
  ])('%j means %s', (key, move) => {
    expect(moveOf({ ...press, key })).toBe(move)
  })
  it('say it once while held, and nothing with a modifier', () => {
    expect(moveOf({ ...press, repeat: true })).toBeNull()
    expect(moveOf({ ...press, key: 'ArrowLeft', altKey: true })).toBeNull()
  })
})

describe('steps', () => {
  it.each([
    [0, 'back', 0],
    [0, 'next', 1],
    [3, 'next', 3],
    [3, 'back', 2],
    [2, 'start', 0],
    [1, 'all', 3],
  ] as const)('%i, %s: %i of 3', (step, move, after) => {
    expect(stepAfter(step, move, 3)).toBe(after)
  })
  it.each([
    [2, 'next', 3],
    [3, 'next', 4],
    [5, 'next', 5],
    [1, 'all', 3],
    [3, 'all', 5],
    [4, 'back', 3],
  ] as const)('%i, %s: %i of 3 and 2 podiums', (step, move, after) => {
    expect(stepAfter(step, move, 3, 2)).toBe(after)
  })
  it('keep what was revealed before, best first', () => {
    const stages = stagesOf(board(4))
    expect(revealedBefore(stages, 0)).toEqual([])
    expect(revealedBefore(stages, 1)).toEqual([])
    expect(revealedBefore(stages, 3).map(({ rank }) => rank)).toEqual([3, 4])
    expect(revealedBefore(stages, 4).map(({ rank }) => rank)).toEqual([2, 3, 4])
  })
})
