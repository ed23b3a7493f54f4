import { useQueryCache } from '@pinia/colada'
import type { Notification } from '@/shared/api/models'
import { useToasts } from '@/shared/toasts'
import { useErrorText } from '@/shared/ui/useErrorText'
import { deleteNotification, markNotification } from './queries'

interface Page {
  count: number
  results: readonly Notification[]
}

/** Marks show at once and are sent behind; what the server refuses is read anew. */
export function useMarking() {
  const cache = useQueryCache()
  const toasts = useToasts()
  const errorText = useErrorText()

  const refresh = () => cache.invalidateQueries({ key: ['notifications'] })

  function changeLists(change: (page: Page) => Page) {
    cache.setQueriesData<Page>({ key: ['notifications', 'list'] }, (page) => (page ? change(page) : page) as Page)
  }
  function count(step: number) {
    const key = ['notifications', 'unread-count']
    const now = cache.getQueryData<{ count: number }>(key)
    if (now) cache.setQueryData(key, { count: Math.max(0, now.count + step) })
  }

  async function send(request: Promise<unknown>) {
    try {
      await request
    } catch (error) {
      toasts.say(errorText(error), 'error')
    }
    await cache.invalidateQueries({ key: ['notifications', 'unread-count'] })
  }

  async function mark(notification: Notification, unread: boolean) {
    if (notification.unread === unread) return
    count(unread ? 1 : -1)
    changeLists((page) => ({
      ...page,
      results: page.results.map((item) => (item.id === notification.id ? { ...item, unread } : item)),
    }))
    await send(markNotification(notification.id, unread))
  }

  async function remove(notification: Notification) {
    if (notification.unread) count(-1)
    changeLists((page) => ({ ...page, count: page.count - 1, results: page.results.filter((item) => item.id !== notification.id) }))
    await send(deleteNotification(notification.id))
  }

  return { mark, remove, refresh }
}
