import { expect, it } from 'vitest'
import type { DiscussionItem } from '@/shared/api/models'
import { latestAnnouncements, latestBests } from './latest'

const history = {
  teams: [
    { id: 1, name: 'Ada', isMine: false },
    { id: 2, name: 'Bob', isMine: false },
    { id: 3, name: 'Silent', isMine: false },
  ],
  points: {
    1: [
      ['2026-11-21T09:00:00Z', 0.5],
      ['2026-11-21T11:00:00Z', 0.7],
    ],
    2: [['2026-11-21T10:00:00Z', 0.6]],
  },
}

it('tells the best scores of all teams, newest first', () => {
  expect(latestBests(history, 9).map(({ team, score, isFirst }) => [team, score, isFirst])).toEqual([
    ['Ada', 0.7, false],
    ['Bob', 0.6, true],
    ['Ada', 0.5, true],
  ])
})

it('tells no more than asked for', () => {
  expect(latestBests(history, 1).map(({ team }) => team)).toEqual(['Ada'])
})

it('tells announcements only, newest first, none that is hidden', () => {
  const item = (id: number, createdAt: string, flags: Partial<DiscussionItem> = {}) =>
    ({ id, createdAt, isAnnouncement: true, isHidden: false, ...flags }) as DiscussionItem
  const discussions = [
    item(1, '2026-11-21T09:00:00Z'),
    item(2, '2026-11-21T10:00:00Z', { isAnnouncement: false }),
    item(3, '2026-11-21T11:00:00Z', { isHidden: true }),
    item(4, '2026-11-21T12:00:00Z'),
  ]
  expect(latestAnnouncements(discussions, 5).map(({ id }) => id)).toEqual([4, 1])
})
