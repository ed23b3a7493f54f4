import type { Competition, PageRef } from '@/shared/api/models'

/** The pages that most competitions have, with the titles under which organisers usually keep them. */
const KNOWN: Record<string, readonly string[]> = {
  overview: ['overview', '概要'],
  data: ['data', 'データ'],
  evaluation: ['evaluation', '評価', '評価方法', '評価指標'],
  rules: ['rules', 'ルール'],
  timeline: ['timeline', 'スケジュール', '日程'],
  prizes: ['prizes', '賞', '賞品', '賞金'],
  faq: ['faq', 'よくある質問'],
}

/** The message key for a page under its usual title; null where the organisers gave it a title of their own. */
export function knownTitle(page: Pick<PageRef, 'slug' | 'title'>): string | null {
  return KNOWN[page.slug]?.includes(page.title.trim().toLowerCase()) ? `competitions.page_${page.slug}` : null
}

// These stand in the row of tabs.
const IN_TABS = ['data', 'rules']

/** The pages that are listed beside the text: all but those with a tab, and none where there would be one only. */
export function pagesBesides(competition: Pick<Competition, 'pages'>): PageRef[] {
  const listed = competition.pages.filter((page, index) => index === 0 || !IN_TABS.includes(page.slug))
  return listed.length > 1 ? listed : []
}

/** Whether a text brings a heading of its own at its beginning. */
export const beginsWithHeading = (html: string) => /^\s*<h[1-6][\s>]/i.test(html)

/** Whether a page is the one on which the metric is explained: that about evaluation, or else the first. */
export function tellsOfScoring({ pages }: Pick<Competition, 'pages'>, page: string): boolean {
  const place = pages.find(({ slug }) => slug === 'evaluation') ?? pages[0]
  return place?.slug === page
}
