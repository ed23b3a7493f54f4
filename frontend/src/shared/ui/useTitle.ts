import { toValue, watchEffect, type MaybeRefOrGetter } from 'vue'
import { useSession } from '@/shared/session'

/** The title of the browser tab: the page, then the site. Null: the site alone; undefined: whatever another page inside says. */
export function useTitle(title: MaybeRefOrGetter<string | null | undefined>) {
  const session = useSession()
  watchEffect(() => {
    const site = session.site?.name ?? 'Uzu'
    const page = toValue(title)
    if (page === undefined) return
    document.title = page ? `${page} · ${site}` : site
  })
}
