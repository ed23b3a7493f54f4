import { describe, expect, it } from 'vitest'
import { beginsWithHeading, knownTitle, pagesBesides, tellsOfScoring } from './pages'

const pages = (...slugs: string[]) => ({ pages: slugs.map((slug, position) => ({ slug, title: slug, position })) })
const listed = (...slugs: string[]) => pagesBesides(pages(...slugs)).map((page) => page.slug)

it.each([
  [['overview'], []],
  [['overview', 'data', 'rules'], []],
  [['overview', 'evaluation', 'data', 'rules'], ['overview', 'evaluation']],
  [[], []],
])('lists of the pages %j beside the text: %j', (slugs, expected) => {
  expect(listed(...slugs)).toEqual(expected)
})

it.each([
  ['overview', 'Overview', 'competitions.page_overview'],
  ['overview', '概要', 'competitions.page_overview'],
  ['overview', 'Welcome aboard', null],
  ['our-sponsors', 'Overview', null],
])('the page %s titled %s has the name %s', (slug, title, key) => {
  expect(knownTitle({ slug, title })).toBe(key)
})

it.each([
  ['<h1>Overview</h1><p>…', true],
  ['\n<h2 id="x">Task</h2>', true],
  ['<p>Predict</p><h2>Data</h2>', false],
  ['<hr>', false],
])('of %s says that it begins with a heading: %s', (html, expected) => {
  expect(beginsWithHeading(html)).toBe(expected)
})

describe('tellsOfScoring', () => {
  it('is the page about evaluation, or else the first', () => {
    const both = pages('overview', 'evaluation')
    expect(tellsOfScoring(both, 'evaluation')).toBe(true)
    expect(tellsOfScoring(both, 'overview')).toBe(false)
    expect(tellsOfScoring(pages('overview'), 'overview')).toBe(true)
  })
})
