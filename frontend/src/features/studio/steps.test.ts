import { describe, expect, it } from 'vitest'
import { bench, draft, FOUND, MADE, NOW, read } from './bench.testing'
import { STEPS, statesOf, type Facts, type Step } from './steps'

const states = (facts: Partial<Facts> = {}) => statesOf({ workbench: bench(), competition: draft(), isSending: false, now: NOW, ...facts })
const done = (facts: Partial<Facts>): Step[] => STEPS.filter((step) => states(facts)[step] === 'done')

describe('steps', () => {
  it('are to do in a new draft, but for the clock, which it has from the start', () => {
    expect(done({})).toEqual(['clock'])
  })

  it('are done by what is proposed, once the files were looked at', () => {
    expect(done({ workbench: read() })).toEqual(['files', 'columns', 'split', 'metric', 'clock'])
  })

  it('are not done while files are on their way', () => {
    expect(states({ workbench: read(), isSending: true }).files).toBe('todo')
  })

  it('need a look where nothing to predict was found', () => {
    const workbench = read({ choices: { targetColumns: [] } })
    expect(states({ workbench })).toMatchObject({ columns: 'look', split: 'todo', metric: 'todo' })
  })

  it('need a look where a guess is not sure, until it is decided', () => {
    const because = { ...FOUND.because, targetColumns: { code: 'last', detail: 'The last column.', sure: 0.3 } }
    expect(states({ workbench: read({ found: { ...FOUND, because } }) }).columns).toBe('look')
    expect(states({ workbench: read({ found: { ...FOUND, because }, decided: ['target_columns'] }) }).columns).toBe('done')
  })

  it('need a look where a job came to nothing', () => {
    const problems = [{ code: 'no_table', detail: 'None of the files is a table.' }]
    expect(states({ workbench: bench({ problems }) }).files).toBe('look')
    expect(states({ workbench: read({ problems }) })).toMatchObject({ files: 'done', make: 'look' })
  })

  it('need a look where a check is red', () => {
    expect(states({ workbench: read({ made: MADE }) }).make).toBe('look')
    expect(states({ workbench: read({ made: { ...MADE, findings: [] } }) }).make).toBe('done')
  })

  it('need a look where the end has passed, and where publishing is forbidden', () => {
    expect(states({ competition: draft({ endsAt: '2026-11-01T00:00:00Z' }) }).clock).toBe('look')
    expect(states({ competition: draft({ hasSolution: true }), readiness: { canBePublished: false, findings: [] } }).publish).toBe('look')
  })

  it('are over once it is published', () => {
    expect(states({ competition: draft({ isPublished: true }) }).publish).toBe('done')
  })
})
