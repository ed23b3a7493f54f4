import { onMounted, shallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Competition, OpenedLink } from '@/shared/api/models'
import { useAction } from '@/shared/ui/useAction'
import { competitionOf, openLink } from './queries'
import { keepToken } from './token'

/** Opens the link that somebody came by: whom it is for, and where it leads. */
export function useOpenedLink() {
  const route = useRoute()
  const router = useRouter()
  const token = keepToken(route.hash)
  const opened = shallowRef<{ link: OpenedLink; competition: Competition } | null>(null)
  const { run, error } = useAction(async () => {
    const link = await openLink(token)
    opened.value = { link, competition: await competitionOf(link.competition) }
  })
  onMounted(async () => {
    // Out of sight, and out of what is copied from the address bar.
    if (route.hash) await router.replace({ path: route.path })
    if (token) await run()
  })
  return { token, opened, error, retry: run }
}
