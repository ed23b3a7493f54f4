import { describe, expect, it } from 'vitest'
import type { Submission } from '@/shared/api/models'
import { asCsv, asJson, asLines, cellsIn, columnsOf, fromLines, labelOf, matches, numericColumns, shownCell } from './labBook'

const one = (fields: Partial<Submission>) =>
  ({ id: 1, memo: '', filename: 'a.csv', cvScore: null, publicScore: 0.5, experiment: null, ...fields }) as Submission

const LGBM = one({
  memo: 'Seed 7',
  cvScore: 0.52,
  experiment: {
    run: 'whale-1',
    params: { model: 'lgbm', lr: 0.05, cv: { folds: 5, shuffle: true } },
    metrics: { rmse: 0.51, lr: 3 },
    tags: ['five folds', 'tuned'],
  },
})
const RIDGE = one({ id: 2, memo: '=HYPERLINK("x")', experiment: { params: { model: 'ridge', lr: '-1,2' } } })

describe('columns', () => {
  it('lays groups flat and puts them in order', () => {
    expect(columnsOf([RIDGE, LGBM])).toEqual([
      'tags', 'run', 'metrics.lr', 'metrics.rmse', 'params.cv.folds', 'params.cv.shuffle', 'params.lr', 'params.model',
    ])
    expect(cellsIn(LGBM.experiment).get('tags')).toBe('five folds, tuned')
    expect(columnsOf([one({})])).toEqual([])
  })
  it('knows which can be an axis', () => {
    expect(numericColumns([LGBM, RIDGE])).toEqual(['metrics.lr', 'metrics.rmse', 'params.cv.folds', 'params.lr'])
  })
  it('names the group where two columns have one name', () => {
    const all = columnsOf([LGBM])
    expect(['params.lr', 'metrics.rmse', 'tags'].map((column) => labelOf(column, all))).toEqual(['params.lr', 'rmse', 'tags'])
  })
})

it.each([
  [54.900000000000006, '54.9'],
  [0.05, '0.05'],
  [1e-9, '1e-9'],
  [false, 'false'],
  ['007', '007'],
  [null, '–'],
  [undefined, '–'],
])('%s is shown as %s', (value, shown) => expect(shownCell(value)).toBe(shown))

describe('filter', () => {
  it.each([
    ['', [1, 2]],
    ['lgbm', [1]],
    ['SEED', [1]],
    ['five tuned', [1]],
    ['model=ridge', [2]],
    ['model!=ridge', [1]],
    ['lr<0.1', [1]],
    ['lr<=0.05', [1]],
    ['lr>3', []],
    ['params.lr>0.04', [1]],
    ['cv>0.5', [1]],
    ['public=0.50', [1, 2]],
    ['shuffle=true', [1]],
    ['folds=5 model=lgbm', [1]],
    ['folds=5 model=ridge', []],
    ['nothing=1', []],
  ])('%s', (query, ids) => {
    expect([LGBM, RIDGE].filter((row) => matches(row, query)).map(({ id }) => id)).toEqual(ids)
  })
})

describe('export', () => {
  it('quotes, and lets no text become a formula', () => {
    const [header, , ridge] = asCsv([LGBM, RIDGE]).split('\r\n')
    expect(header).toMatch(/^id,createdAt,.*,params\.model$/)
    expect(ridge).toContain(`"'=HYPERLINK(""x"")"`)
    expect(ridge).toContain(`"'-1,2"`)
  })
  it('keeps everything in JSON', () => {
    expect(JSON.parse(asJson([LGBM]))[0].experiment).toEqual(LGBM.experiment)
  })
})

describe('lines', () => {
  it.each([
    [{ lr: 0.05, model: 'lgbm', none: null, yes: true }],
    [{ version: '5', word: 'true', empty: '', blank: ' a ', two: 'a\nb', nested: { folds: [1, 2] } }],
    [{ 'a=b': 1, ' c': 2, 'd"e': 3, 'half life': 'x = y' }],
    [{}],
  ])('%j is read back as it was', (values) => {
    expect(fromLines(asLines(values))).toEqual(values)
  })
  it('are written as people write', () => {
    expect(asLines({ lr: 0.05, model: 'lgbm' })).toBe('lr = 0.05\nmodel = lgbm')
    expect(fromLines('lr=0.05\n\n model =  lgbm ')).toEqual({ lr: 0.05, model: 'lgbm' })
  })
  it.each(['lr', '= 3', 'a = 1\nb'])('%j is no such list', (text) => expect(fromLines(text)).toBeNull())
})
