import { api, ok } from '@/shared/api/client'
import { findUsers } from '@/shared/api/users'

export type FoundGroup = 'pages' | 'competitions' | 'discussions' | 'people'

/** One line of the palette: where it leads, and what it says. */
export interface Found {
  group: FoundGroup
  to: string
  title: string
  subtitle?: string
  /** Served by itself, not a page of the app. */
  isOutside?: boolean
}

const MOST = 5

/** What the server finds for some words, as far as whoever asks may see it. A part that fails is left out. */
export async function findEverywhere(search: string, options: { people: boolean; signal?: AbortSignal }): Promise<Found[]> {
  const { signal } = options
  const parts = await Promise.allSettled([
    ok(api.GET('/api/competitions/', { params: { query: { search, pageSize: MOST } }, signal })).then(({ results }) =>
      results.map(({ slug, title, summary }): Found => ({ group: 'competitions', to: `/competitions/${slug}`, title, subtitle: summary })),
    ),
    ok(api.GET('/api/discussions/', { params: { query: { search, pageSize: MOST } }, signal })).then(({ results }) =>
      results.map(({ url, title, competition }): Found => ({ group: 'discussions', to: url, title, subtitle: competition?.title })),
    ),
    options.people
      ? findUsers(search, signal).then((people) =>
          people.slice(0, MOST).map(({ username, name }): Found => ({ group: 'people', to: `/users/${username}`, title: name, subtitle: `@${username}` })),
        )
      : [],
  ])
  const failed = parts.find((part) => part.status === 'rejected')
  if (failed && parts.every((part) => part.status === 'rejected' || part.value.length === 0)) throw failed.reason
  return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []))
}

const folded = (text: string) => text.normalize('NFKC').toLocaleLowerCase()

/** Those of `pages` in whose title every word occurs; without words all of them. */
export function narrowed(pages: Found[], search: string): Found[] {
  const words = folded(search).split(/\s+/).filter(Boolean)
  return pages.filter(({ title, subtitle }) => words.every((word) => folded(`${title} ${subtitle ?? ''}`).includes(word)))
}
