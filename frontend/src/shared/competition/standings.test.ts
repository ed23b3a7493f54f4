import { describe, expect, it } from 'vitest'
import { barLength, knownAt, neighbour, pointsOf, rankLines, shownPlaces, standingsAt, type Point } from './standings'

const time = (hour: number) => Date.UTC(2026, 10, 21, hour)
const iso = (hour: number) => new Date(time(hour)).toISOString()
const point = (team: number, hour: number, score: number): Point => ({ team, at: time(hour), score })
const ranks = (...args: Parameters<typeof standingsAt>) => standingsAt(...args).map(({ rank, team }) => [rank, team])

describe('points', () => {
  it('are read from all teams, oldest first', () => {
    const points = { '2': [[iso(2), 0.2]], '1': [[iso(1), 0.1], [iso(3), 0.3]] }
    expect(pointsOf({ points })).toEqual([point(1, 1, 0.1), point(2, 2, 0.2), point(1, 3, 0.3)])
  })
  it('leave out what is no point', () => {
    expect(pointsOf({ points: { '1': [[iso(1), null], ['soon', 1], []] } })).toEqual([])
  })
  it('are known from their moment on', () => {
    const points = [point(1, 1, 1), point(2, 2, 1), point(3, 2, 1)]
    expect([0, 1, 2, 3].map((hour) => knownAt(points, time(hour)))).toEqual([0, 1, 3, 3])
  })
})

describe('standings', () => {
  const points = [point(1, 1, 0.5), point(2, 2, 0.7), point(1, 3, 0.9)]

  it('are empty before the first score', () => {
    expect(standingsAt(points, time(0), 'larger_is_better')).toEqual([])
  })
  it('know at a moment only what had happened', () => {
    expect(ranks(points, time(2), 'larger_is_better')).toEqual([[1, 2], [2, 1]])
    expect(ranks(points, time(3), 'larger_is_better')).toEqual([[1, 1], [2, 2]])
  })
  it('put the smaller score first when smaller is better', () => {
    expect(ranks(points, time(2), 'smaller_is_better')).toEqual([[1, 1], [2, 2]])
  })
  it.each(['larger_is_better', 'smaller_is_better'] as const)('put the earlier of equal scores first when %s', (direction) => {
    expect(ranks([point(9, 1, 0.5), point(3, 2, 0.5)], time(2), direction)).toEqual([[1, 9], [2, 3]])
  })
  it('put the lower id first when even the moments are equal, as the server does', () => {
    expect(ranks([point(9, 1, 0.5), point(3, 1, 0.5)], time(1), 'larger_is_better')).toEqual([[1, 3], [2, 9]])
  })
  it('show the best and one’s own', () => {
    const places = standingsAt([1, 2, 3, 4].map((team) => point(team, team, team)), time(9), 'smaller_is_better')
    expect(shownPlaces(places, 2, 4).map(({ rank }) => rank)).toEqual([1, 2, 4])
    expect(shownPlaces(places, 2, 1).map(({ rank }) => rank)).toEqual([1, 2])
    expect(shownPlaces(places, 2, null)).toHaveLength(2)
  })
})

describe('rank lines', () => {
  it('tell of each change, also of those who were passed', () => {
    const lines = rankLines([point(1, 1, 5), point(2, 2, 4), point(1, 3, 3)], 'smaller_is_better')
    const line = (team: number) => lines.get(team)?.map(({ at, rank, score }) => [at, rank, score])
    expect(line(1)).toEqual([[time(1), 1, 5], [time(2), 2, 5], [time(3), 1, 3]])
    expect(line(2)).toEqual([[time(2), 1, 4], [time(3), 2, 4]])
  })
  it('take what happened at one moment together', () => {
    const lines = rankLines([point(1, 1, 1), point(2, 1, 2)], 'larger_is_better')
    expect(lines.get(1)).toEqual([{ ...point(1, 1, 1), rank: 2 }])
  })
  it('end where the standings are', () => {
    const points = Array.from({ length: 200 }, (_, n) => point((n * 7) % 13, n, (n * 37) % 101))
    const last = standingsAt(points, time(200), 'larger_is_better')
    const lines = rankLines(points, 'larger_is_better')
    expect(last.map(({ team }) => lines.get(team)?.at(-1)?.rank)).toEqual(last.map(({ rank }) => rank))
  })
})

describe('bars', () => {
  it.each([
    [0.9, 0.9, 0.1],
    [0.1, 0.1, 0.9],
    [5, 5, 5],
  ])('are longest for the best: %f of %f to %f', (score, best, worst) => {
    expect(barLength(score, best, worst)).toBe(1)
  })
  it('are never gone, however far behind', () => {
    expect(barLength(0.1, 0.9, 0.1)).toBeCloseTo(0.12)
    expect(barLength(1e308, -1e308, 1e308)).toBeGreaterThan(0)
  })
})

it('finds the change before and after a moment', () => {
  const points = [point(1, 1, 1), point(2, 1, 1), point(1, 3, 2)]
  expect(neighbour(points, time(1), 1)).toBe(time(3))
  expect(neighbour(points, time(3), 1)).toBeNull()
  expect(neighbour(points, time(3), -1)).toBe(time(1))
  expect(neighbour(points, time(1), -1)).toBeNull()
})
