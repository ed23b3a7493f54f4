import { describe, expect, it, vi } from 'vitest'
import { findUsers } from '@/shared/api/users'
import { findEverywhere, narrowed, type Found } from './finding'

const answers = vi.hoisted(() => ({ competitions: [] as unknown, discussions: [] as unknown }))
vi.mock('@/shared/api/client', () => ({
  api: { GET: (path: string) => (path.includes('competitions') ? answers.competitions : answers.discussions) },
  ok: async (answer: unknown) => {
    if (answer instanceof Error) throw answer
    return { results: answer }
  },
}))
vi.mock('@/shared/api/users', () => ({ findUsers: vi.fn(async () => [{ username: 'alice', name: 'Alice' }]) }))

const page = (title: string): Found => ({ group: 'pages', to: '/', title })

describe('narrowed', () => {
  it.each([
    ['', ['Settings', 'API tokens', 'データ']],
    ['tok', ['API tokens']],
    ['TOKENS api', ['API tokens']],
    ['ﾃﾞｰﾀ', ['データ']],
    ['none', []],
  ])('finds pages by %j whatever the capitals, order and width', (search, titles) => {
    expect(narrowed([page('Settings'), page('API tokens'), page('データ')], search).map(({ title }) => title)).toEqual(titles)
  })
})

describe('findEverywhere', () => {
  it('asks for people only where somebody is signed in', async () => {
    answers.competitions = [{ slug: 'cup', title: 'Cup', summary: 'Tea' }]
    answers.discussions = [{ url: '/discussions/1', title: 'Topic', competition: null }]
    expect((await findEverywhere('x', { people: false })).map(({ to }) => to)).toEqual(['/competitions/cup', '/discussions/1'])
    expect(findUsers).not.toHaveBeenCalled()
    expect((await findEverywhere('x', { people: true })).at(-1)?.to).toBe('/users/alice')
  })

  it('shows what was found where a part fails, and fails where nothing was', async () => {
    answers.discussions = new Error('away')
    expect((await findEverywhere('x', { people: false })).map(({ group }) => group)).toEqual(['competitions'])
    answers.competitions = new Error('away')
    await expect(findEverywhere('x', { people: false })).rejects.toThrow('away')
  })
})
