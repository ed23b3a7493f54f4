import { defineQueryOptions } from '@pinia/colada'
import { api, ok } from '@/shared/api/client'
import type { Competition, EntryAnswers, GradeRuleChanges, RosterImport, RosterLink } from '@/shared/api/models'
import { addressIn, inPhase, phaseKey, type Place } from '@/shared/competition/phases'

const of = (slug: string) => ({ params: { path: { competition: slug } } })

export const rosterQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'roster'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/roster/', { ...of(slug), signal })),
}))

export const previewRoster = (slug: string, { csv, withBrackets }: RosterImport) =>
  ok(api.POST('/api/competitions/{competition}/roster/preview/', { ...of(slug), body: { csv, withBrackets } }))

export const importRoster = (slug: string, body: RosterImport) => ok(api.POST('/api/competitions/{competition}/roster/import/', { ...of(slug), body }))

/** New links for these entries; without, for everybody who has neither joined nor a link that works. */
export const makeLinks = (slug: string, entries: number[] | null, days: number): Promise<RosterLink[]> =>
  ok(api.POST('/api/competitions/{competition}/roster/links/', { ...of(slug), body: { entries, days } }))

export const takeLinkBack = (slug: string, entry: number) =>
  ok(api.DELETE('/api/competitions/{competition}/roster/{entry}/link/', { params: { path: { competition: slug, entry } } }))

export const removeEntry = (slug: string, entry: number) =>
  ok(api.DELETE('/api/competitions/{competition}/roster/{entry}/', { params: { path: { competition: slug, entry } } }))

// --- who joins
export const mineQuery = defineQueryOptions((slug: string) => ({
  key: ['competitions', slug, 'roster-mine'],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/roster/mine/', { ...of(slug), signal })),
}))

type Rules = Pick<EntryAnswers, 'acceptRules' | 'rulesVersion'>

export const acceptInvitation = (slug: string, { acceptRules, rulesVersion }: Rules) =>
  ok(api.POST('/api/competitions/{competition}/roster/mine/accept/', { ...of(slug), body: { acceptRules, rulesVersion } }))

export const openLink = (token: string) => ok(api.POST('/api/roster-links/open/', { body: { token } }))

export const competitionOf = (slug: string): Promise<Competition> => ok(api.GET('/api/competitions/{competition}/', of(slug)))

/** `account`: what somebody chose who is not signed in. */
export const joinByLink = (token: string, { acceptRules, rulesVersion }: Rules, account: { username: string; password: string; displayName: string } | null) =>
  ok(api.POST('/api/roster-links/join/', { body: { token, acceptRules, rulesVersion, ...account } }))

// --- grades
const at = (place: Place) => ({ ...of(place.slug), ...inPhase(place) })

export const gradeRuleQuery = defineQueryOptions((place: Place) => ({
  key: ['competitions', place.slug, 'grade-rule', ...phaseKey(place)],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/grades/rule/', { ...at(place), signal })),
}))

export const gradesQuery = defineQueryOptions((place: Place) => ({
  key: ['competitions', place.slug, 'grades', ...phaseKey(place)],
  query: ({ signal }) => ok(api.GET('/api/competitions/{competition}/grades/', { ...at(place), signal })),
}))

export const setGradeRule = (place: Place, body: GradeRuleChanges) => ok(api.PUT('/api/competitions/{competition}/grades/rule/', { ...at(place), body }))

export const gradesAddress = (place: Place, layout: 'moodle' | 'canvas') => addressIn(place, `grades/csv/?layout=${layout}`)
