import { expect, it } from 'vitest'
import { ApiError, problemsIn } from '@/shared/api/errors'
import { placesIn } from './bundle'

const refused = (...errors: unknown[]) => new ApiError(400, problemsIn({ errors }))

it('says in which file, line and field of the bundle each fault is', () => {
  const where = { code: 'invalid', detail: 'Not a moment.', attr: 'bundle', params: { file: 'uzu-competition.yaml', line: 12, field: 'clock.endsAt' } }
  const file = { code: 'file_missing', detail: 'It is not there.', attr: 'bundle', params: { file: 'data/train.csv', line: null, field: '' } }
  expect(placesIn(refused(where, file))).toEqual([
    { place: 'uzu-competition.yaml: 12: clock.endsAt', detail: 'Not a moment.' },
    { place: 'data/train.csv', detail: 'It is not there.' },
  ])
})

it('tells a fault of the whole bundle without a place', () => {
  expect(placesIn(refused({ code: 'not_a_zip', detail: 'No zip.', attr: 'bundle', params: { file: '', line: null, field: '' } }))).toEqual([{ place: '', detail: 'No zip.' }])
})

it('leaves what is no fault of the bundle to the fields', () => {
  expect(placesIn(refused({ code: 'unique', detail: 'Taken.', attr: 'slug' }))).toEqual([])
})
