import { afterEach, expect, it, vi } from 'vitest'
import { trialsQuery } from '@/features/baselines/queries'
import { ownMetricQuery } from '@/features/competitions/queries'
import { teamSubmissionsQuery } from '@/features/exclusions/queries'
import { comparisonQuery } from '@/features/integrity/queries'
import { noiseQuery, podiumQuery, publicScoresQuery, scoresQuery, teamRowQuery } from '@/features/leaderboard/queries'
import { chooseBuiltIn, conditionsQuery, failuresQuery, rescore, runsQuery, versionsQuery } from '@/features/metric/queries'
import { finalQuery } from '@/features/race/queries'
import { allowanceQuery, leaderQuery, submissionsQuery } from '@/features/submissions/queries'
import { finalQuery as venueFinalQuery, topQuery } from '@/features/venue/queries'
import { csvAddress, readBoard } from '@/shared/competition/board'
import { racedQuery, teamHistoryQuery } from '@/shared/competition/history'
import type { Place } from '@/shared/competition/phases'

afterEach(() => void vi.restoreAllMocks())

interface Asked {
  key: readonly unknown[]
  query: (context: never) => Promise<unknown>
}
const QUERIES: Record<string, (place: Place) => unknown> = {
  noise: noiseQuery,
  podium: podiumQuery,
  publicScores: publicScoresQuery,
  scores: (place) => scoresQuery({ ...place, kind: 'public' }),
  teamRow: (place) => teamRowQuery({ ...place, kind: 'private', team: 7, name: 'ours' }),
  race: (place) => racedQuery(place, ''),
  raceOfBracket: (place) => racedQuery(place, 'student'),
  teamHistory: (place) => teamHistoryQuery({ ...place, team: 7 }),
  final: (place) => finalQuery({ ...place, bracket: '' }),
  venueTop: topQuery,
  venueFinal: (place) => venueFinalQuery({ ...place, source: 'private' }),
  venuePreview: (place) => venueFinalQuery({ ...place, source: 'preview' }),
  leader: leaderQuery,
  submissions: ({ phase }) => submissionsQuery({ team: 7, phase }),
  allowance: ({ phase }) => allowanceQuery({ team: 7, phase }),
  teamSubmissions: (place) => teamSubmissionsQuery({ ...place, team: 7 }),
  ownMetric: ownMetricQuery,
  conditions: conditionsQuery,
  versions: versionsQuery,
  failures: failuresQuery,
  runs: runsQuery,
  comparison: comparisonQuery,
  trials: trialsQuery,
}
const asked = (name: string, place: Place) => QUERIES[name]!(place) as Asked

function listen() {
  const body = JSON.stringify({ results: [], teams: [], next: null, me: null })
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(body, { headers: { 'Content-Type': 'application/json' } }))
  return () => fetch.mock.calls.map(([request]) => new URL((request as Request).url))
}
const namesPhase = ({ pathname, searchParams }: URL) => pathname.startsWith('/api/competitions/cup/phases/2/') || searchParams.get('phase') === '2'
const namesNone = ({ pathname, searchParams }: URL) => !pathname.includes('phases') && !searchParams.has('phase')

it.each(Object.keys(QUERIES))('%s is known by its phase, and asked for there', async (name) => {
  const [whole, first, second] = [asked(name, { slug: 'cup' }), asked(name, { slug: 'cup', phase: 1 }), asked(name, { slug: 'cup', phase: 2 })]
  expect(first.key).not.toEqual(second.key)
  // Of a competition in one phase everything is as if there were none.
  expect(first.key).toEqual([...whole.key, { phase: 1 }])
  const context = { signal: new AbortController().signal } as never
  let urls = listen()
  await second.query(context)
  expect(urls().length).toBeGreaterThan(0)
  expect(urls().filter((url) => !namesPhase(url))).toEqual([])
  vi.restoreAllMocks()
  urls = listen()
  await whole.query(context)
  expect(urls().filter((url) => !namesNone(url))).toEqual([])
})

it.each(['public', 'private', 'preview'] as const)('asks for the %s board of a phase', async (kind) => {
  const urls = listen()
  await readBoard({ slug: 'cup', phase: 2, kind, page: 1, search: '' })
  expect(urls().every(namesPhase)).toBe(true)
})

it.each([
  ['the choice of a built-in metric', (place: Place) => chooseBuiltIn(place, 'rmse', {}), 'PATCH /api/competitions/cup/phases/2/'],
  ['a rescoring', (place: Place) => rescore(place, 'because'), 'POST /api/competitions/cup/phases/2/scoring-runs/'],
])('sends %s to the phase', async (_, send, expected) => {
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('{}', { headers: { 'Content-Type': 'application/json' } }))
  await send({ slug: 'cup', phase: 2 })
  const { method, url } = fetch.mock.calls[0]![0] as Request
  expect(`${method} ${new URL(url).pathname}`).toBe(expected)
})

it('gives the file of a phase', () => {
  expect(csvAddress({ slug: 'cup' }, 'public')).toBe('/api/competitions/cup/leaderboard/public/csv/')
  expect(csvAddress({ slug: 'cup', phase: 2 }, 'private', 'student')).toBe('/api/competitions/cup/phases/2/leaderboard/private/csv/?bracket=student')
})
