import { expect, it } from 'vitest'
import { finalPlaces, withFinalTeams } from './final'

const row = (id: number, rank: number | null, score: number | null) => ({ team: { id, name: `team ${id}` }, rank, score, isMine: id === 9 })

it('makes a frame of the final ranking, without teams that have no rank', () => {
  const rows = [row(2, 2, 0.8), row(1, 1, 0.9), row(3, null, null)]
  expect(finalPlaces(rows, 50)).toEqual([
    { team: 1, at: 50, score: 0.9, rank: 1 },
    { team: 2, at: 50, score: 0.8, rank: 2 },
  ])
})

it('brings in teams that the race did not know of', () => {
  const teams = [{ id: 1, name: 'team 1', isMine: false }]
  expect(withFinalTeams(teams, [row(1, 1, 1), row(9, 2, 1)])).toEqual([...teams, { id: 9, name: 'team 9', isMine: true }])
})
