import { expect, it } from 'vitest'
import { cvScoreIn } from './cvScore'

it.each([
  ['', null],
  ['  ', null],
  ['0.85', 0.85],
  [' 1e-3 ', 0.001],
  ['−0.5', -0.5],
  ['０．８５', 0.85],
  ['0,85', NaN],
  ['about 0.8', NaN],
  ['Infinity', NaN],
])('reads %j as %j', (text, number) => {
  expect(cvScoreIn(text)).toEqual(number)
})
