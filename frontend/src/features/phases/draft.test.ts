import { describe, expect, it } from 'vitest'
import { CONFIRMED, cup, DEVELOPMENT, FINAL, NOW, OVER, phase } from './cup.testing'
import { addingNeedsReason, canRemove, changesBetween, draftAfter, draftOf, editingNeedsReason, fixedFields, newPhase, numberIn, type Draft } from './draft'

const TOKYO = 'Asia/Tokyo'
const edit = (before: Draft, changes: Partial<Draft>) => changesBetween(before, { ...before, ...changes })

describe('a new phase', () => {
  it('begins when the last one ends and is as long', () => {
    const draft = draftAfter([DEVELOPMENT, FINAL], TOKYO, NOW)
    expect([draft.startsAt, draft.endsAt]).toEqual(['2026-11-27T09:00', '2026-12-04T09:00'])
  })

  it('begins with the next full hour where all are over', () => {
    const draft = draftAfter([OVER], TOKYO, NOW + 60_000)
    expect(draft.startsAt).toBe('2026-11-10T10:00')
  })

  it('is as the newest one, which need not be the last, but for its freeze and who gets on', () => {
    const newest = phase(3, { endsAt: '2026-11-12T00:00:00Z', dailySubmissionLimit: 9, boardFreezeMinutes: 30, entryRule: 'list' })
    const draft = draftAfter([DEVELOPMENT, newest, FINAL], TOKYO, NOW)
    expect([draft.dailySubmissionLimit, draft.freeze, draft.entryRule]).toEqual(['9', 'never', 'everybody'])
  })

  it('says its name and its clock, and what is not as in the newest one', () => {
    const before = draftAfter([DEVELOPMENT], TOKYO, NOW)
    const after = { ...before, name: ' Final ', totalSubmissionLimit: '12' }
    expect(newPhase(before, after)).toEqual({ name: 'Final', startsAt: '2026-11-15T09:00', endsAt: '2026-11-29T09:00', totalSubmissionLimit: 12 })
  })
})

describe('what is sent of a change', () => {
  const before = draftOf(FINAL, TOKYO)
  it.each<[string, Partial<Draft>, Record<string, unknown>]>([
    ['nothing', {}, {}],
    ['a name with blanks around it', { name: ' Final ' }, {}],
    ['a later end, in the zone of the competition', { endsAt: '2026-11-28T18:00' }, { endsAt: '2026-11-28T18:00' }],
    ['no daily limit', { dailySubmissionLimit: '' }, { dailySubmissionLimit: null }],
    ['what is no number, for the server to say so', { selectableSubmissions: 'two' }, { selectableSubmissions: 'two' }],
    ['a freeze for the last minutes', { freeze: 'minutes', boardFreezeMinutes: '30' }, { boardFreezeMinutes: 30 }],
    ['a freeze from a moment on', { freeze: 'moment', boardFreezesAt: '2026-11-26T09:00' }, { boardFreezesAt: '2026-11-26T09:00' }],
    ['minutes that nobody asked for', { boardFreezeMinutes: '30' }, {}],
    ['who gets on by rank', { entryRule: 'best', entryPhase: 1, entryCount: '10', entryPercent: '50' }, { entryRule: 'best', entryPhase: 1, entryCount: 10 }],
    ['a share', { entryRule: 'share', entryPhase: 1, entryPercent: '50' }, { entryRule: 'share', entryPhase: 1, entryPercent: 50 }],
    ['a list, which no phase decides', { entryRule: 'list', entryPhase: 1 }, { entryRule: 'list' }],
    ['submissions taken over by everybody', { takesOver: 'best', entryPhase: 1 }, { takesOver: 'best', entryPhase: 1 }],
  ])('%s', (_, changes, sent) => {
    expect(edit(before, changes)).toEqual(sent)
  })

  it('takes one freeze away with the other', () => {
    expect(edit(draftOf(phase(2, { boardFreezeMinutes: 30 }), TOKYO), { freeze: 'moment', boardFreezesAt: '2026-11-14T09:00' })).toEqual({ boardFreezeMinutes: null, boardFreezesAt: '2026-11-14T09:00' })
  })

  it('takes away what another rule has no use for', () => {
    const by = draftOf(phase(2, { entryRule: 'best', entryPhase: 1, entryCount: 10 }), TOKYO)
    expect(edit(by, { entryRule: 'everybody' })).toEqual({ entryRule: 'everybody', entryPhase: null, entryCount: null })
  })

  it('keeps the seconds of an end', () => {
    expect(draftOf(phase(1, { endsAt: '2026-11-15T14:59:59Z' }), TOKYO).endsAt).toBe('2026-11-15T23:59:59')
  })
})

it.each([
  ['12', 12],
  [' 0.5 ', 0.5],
  ['', null],
  [null, null],
  ['many', 'many'],
])('reads %j as %j', (typed, value) => {
  expect(numberIn(typed)).toBe(value)
})

describe('a reason', () => {
  const later = { endsAt: '2026-11-16T09:00' }
  it.each([
    ['a later end of one that runs', cup(), DEVELOPMENT, later, true],
    ['an earlier end', cup(), DEVELOPMENT, { endsAt: '2026-11-14T09:00' }, false],
    ['a later end of one to come', cup(), FINAL, { endsAt: '2026-11-29T09:00' }, false],
    ['a later end of a draft that nobody takes part in', cup({ isPublished: false, participantCount: 0 }), DEVELOPMENT, later, false],
    ['a later end where somebody takes part', cup({ isPublished: false }), DEVELOPMENT, later, true],
    ['a board for fewer', cup(), DEVELOPMENT, { boardAudience: 'hosts' }, true],
    ['a board for more', cup(), phase(1, { boardAudience: 'hosts' }), { boardAudience: 'participants' }, false],
    ['a board that stands still', cup(), phase(1, { boardFrozenSince: '2026-11-09T00:00:00Z', boardFreezesAt: '2026-11-09T00:00:00Z' }), { boardFreezesAt: null }, true],
    ['a board that will stand still', cup(), DEVELOPMENT, { boardFreezeMinutes: 30 }, false],
    ['a name', cup(), DEVELOPMENT, { name: 'Practice' }, false],
  ])('is asked for %s: %#', (_, competition, changed, changes, isAsked) => {
    expect(editingNeedsReason(competition, changed, changes, NOW)).toBe(isAsked)
  })

  it.each([
    ['all have ended', cup(), [OVER], true],
    ['one still runs', cup(), [OVER, phase(2)], false],
    ['one is to come', cup(), [OVER, FINAL], false],
    ['it is a draft', cup({ isPublished: false }), [OVER], false],
  ])('is asked for a phase more where %s', (_, competition, phases, isAsked) => {
    expect(addingNeedsReason(competition, phases, NOW)).toBe(isAsked)
  })
})

it.each([
  ['one that runs', DEVELOPMENT, cup(), []],
  ['one that has ended', OVER, cup(), ['dailySubmissionLimit', 'endsAt', 'selectableSubmissions', 'totalSubmissionLimit']],
  ['one of a draft that has ended', OVER, cup({ isPublished: false, participantCount: 0 }), ['endsAt', 'selectableSubmissions']],
  ['a confirmed one', CONFIRMED, cup(), ['boardAudience', 'boardFreezeMinutes', 'boardFreezesAt', 'dailySubmissionLimit', 'endsAt', 'freeze', 'selectableSubmissions', 'totalSubmissionLimit']],
])('of %s these are fixed', (_, of, competition, names) => {
  expect([...fixedFields(competition, of, NOW)].sort()).toEqual(names)
})

it.each([
  ['one to come beside another', FINAL, [DEVELOPMENT, FINAL], true],
  ['the only one', FINAL, [FINAL], false],
  ['one that runs', DEVELOPMENT, [DEVELOPMENT, FINAL], false],
  ['one that was to come when it was read', phase(2, { ...FINAL, startsAt: '2026-11-09T00:00:00Z' }), [DEVELOPMENT, FINAL], false],
])('takes away %s: %#', (_, of, phases, may) => {
  expect(canRemove(of, phases, NOW)).toBe(may)
})
