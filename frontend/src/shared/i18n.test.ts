import { beforeEach, describe, expect, it, vi } from 'vitest'

describe('the messages of organisers', () => {
  beforeEach(() => vi.resetModules())
  const said = async (key: string) => (await import('./i18n')).i18n.global.te(key)

  it('come with the first page that says them', async () => {
    const { speak, learn } = await import('./i18n')
    await speak('en')
    expect(await said('app.cancel')).toBe(true)
    expect(await said('phases.title')).toBe(false)
    await learn('phases')
    expect(await said('phases.title')).toBe(true)
    expect(await said('metric.search')).toBe(false)
  })

  it('come for several pages at once where one says what another says too', async () => {
    const { speak, learn } = await import('./i18n')
    await speak('en')
    await learn('studio', 'metric')
    expect([await said('studio.title'), await said('metric.options')]).toEqual([true, true])
  })

  it('are there in another language too, once they were asked for', async () => {
    const { i18n, speak, learn } = await import('./i18n')
    await learn('metric')
    await speak('ja')
    expect(i18n.global.te('metric.search', 'ja')).toBe(true)
    expect(i18n.global.te('phases.title', 'ja')).toBe(false)
  })

  it('are none of a page that says nothing of its own', async () => {
    const { learn } = await import('./i18n')
    await expect(learn('leaderboard')).resolves.toBeUndefined()
  })
})
