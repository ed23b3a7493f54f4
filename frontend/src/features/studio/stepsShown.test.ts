import { flushPromises, type VueWrapper } from '@vue/test-utils'
import type { Component } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Workbench } from '@/shared/api/models'
import AudienceFields from './AudienceFields.vue'
import { answers, button, draft, FOUND, MADE, NO_PLAN, NOW, press, PRESETS, read, show } from './bench.testing'
import ClockStep from './ClockStep.vue'
import ColumnsStep from './ColumnsStep.vue'
import MakeStep from './MakeStep.vue'
import MetricStep from './MetricStep.vue'
import PublishStep from './PublishStep.vue'
import SplitStep from './SplitStep.vue'
import WordsStep from './WordsStep.vue'

beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.innerHTML = ''
})

const API = '/api/competitions/cup'
const PAGE = { slug: 'rules', title: 'Rules', position: 0, body: '- *Be* fair', html: '<ul><li><em>Be</em> fair</li></ul>', updatedAt: '' }
const POWER = { name: 'power', kind: 'float', default: '1.0', choices: [], minimum: 0, maximum: 10, description: { en: 'The exponent.', ja: '指数' } }
const EVERYWHERE = {
  [`PATCH ${API}/workbench/`]: read(),
  [`POST ${API}/workbench/clock/`]: null,
  [`PATCH ${API}/`]: draft(),
  [`DELETE ${API}/`]: null,
  [`GET ${API}/pages/`]: [PAGE],
  [`PATCH ${API}/pages/rules/`]: PAGE,
  'GET /api/competition-presets/': PRESETS,
  'GET /api/metrics/': [
    { name: 'r2', label: 'R²', direction: 'larger_is_better', params: [], options: [] },
    { name: 'mae', label: 'MAE', direction: 'smaller_is_better', params: [POWER], options: [] },
  ],
  'GET /api/session/': {},
  [`GET ${API}/publication/`]: NO_PLAN,
  [`PUT ${API}/publication/`]: {},
  [`DELETE ${API}/publication/`]: null,
}
let sent: { route: string; body: unknown }[] = []
const writes = () => sent.filter(({ route }) => !route.startsWith('GET'))
async function shown(component: Component, props: Record<string, unknown>, said: Record<string, unknown> = {}): Promise<VueWrapper> {
  const api = answers({ ...EVERYWHERE, ...said })
  sent = api.sent
  vi.spyOn(globalThis, 'fetch').mockImplementation(api.reply)
  const page = await show(component, props)
  await flushPromises()
  return page
}
const ofBench = (component: Component, workbench: Workbench = read()) => shown(component, { slug: 'cup', workbench, found: workbench.found, ...(component !== ColumnsStep && { digits: 2 }) })

describe('columns', () => {
  it('are shown with what they are for and why', async () => {
    const text = (await ofBench(ColumnsStep)).text()
    expect(text).toContain('In train, not in test.')
    expect(text).toContain('It is named train.csv.')
    expect(text).toContain('100 rows · 3 columns')
  })

  it('ask to be looked at where a guess is not sure, and take a yes', async () => {
    const because = { ...FOUND.because, targetColumns: { code: 'last', detail: 'The last column.', sure: 0.3 } }
    expect((await ofBench(ColumnsStep, read({ found: { ...FOUND, because } }))).text()).toMatch(/Please check:\s*The last column\./)
    press("That's right: To be predicted")
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { targetColumns: ['progression'] } }])
  })

  it('go back to what was proposed', async () => {
    const page = await ofBench(ColumnsStep, read({ decided: ['target_columns'] }))
    expect(page.text()).toContain('Decided by you.')
    press('As proposed: To be predicted')
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { targetColumns: null } }])
  })

  it('say why a decision is refused', async () => {
    const page = await ofBench(ColumnsStep, read({ decided: ['target_columns'] }))
    const refused = { errors: [{ code: 'no_targets', detail: 'At least one column has to be predicted.', attr: 'targetColumns' }] }
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(JSON.stringify(refused), { status: 400, headers: { 'Content-Type': 'application/json' } }))
    press('As proposed: To be predicted')
    await flushPromises()
    expect(page.get('[role=alert]').text()).toBe('At least one column has to be predicted.')
  })
})

describe('the split', () => {
  it('changes once the slider is let go', async () => {
    const slider = (await ofBench(SplitStep)).get('input[type=range]')
    await slider.setValue('45')
    await slider.trigger('change')
    await flushPromises()
    expect(writes().at(-1)).toEqual({ route: `PATCH ${API}/workbench/`, body: { public: { way: 'random', share: 0.45, seed: 0, column: null } } })
  })

  it('takes test out of the whole table only where there is none', async () => {
    expect((await ofBench(SplitStep)).text()).not.toContain('Rows taken out as test')
    const test = { way: 'random', share: 0.25, seed: 0, column: null }
    expect((await ofBench(SplitStep, read({ choices: { ...read().choices, test } }))).text()).toContain('Rows taken out as test')
  })

  it('goes by a column that says who is public, where there is one', async () => {
    expect((await ofBench(SplitStep)).find('input[value=column]').exists()).toBe(false)
    const [train, test] = FOUND.tables
    const usage = { ...test!, overview: { ...test!.overview, columns: [{ ...test!.overview.columns[0]!, name: 'Usage' }] } }
    await (await ofBench(SplitStep, read({ found: { ...FOUND, tables: [train!, usage] } }))).get('input[value=column]').setValue(true)
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { usageColumn: 'Usage' } }])
  })

  it('says how much the public score wobbles, once it was made', async () => {
    expect((await ofBench(SplitStep, read({ made: MADE }))).text()).toContain('The public score wobbles by ±4.50 at 12 rows.')
  })
})

describe('the metric', () => {
  it('is chosen with the parameters that were proposed with it', async () => {
    await (await ofBench(MetricStep)).get('input[value=mae]').setValue(true)
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { metric: 'mae', metricParams: { power: 1 } } }])
  })

  it('is set up where it takes parameters, and no fault is sent', async () => {
    const page = await ofBench(MetricStep, read({ choices: { ...read().choices, metric: 'mae', metricParams: { power: 2 } } }))
    const form = page.get('form')
    expect(form.get('input').element.value).toBe('2')
    expect(form.find('button').exists()).toBe(false)
    await form.get('input').setValue('many')
    await form.trigger('submit')
    expect(writes()).toEqual([])
    await form.get('input').setValue('3')
    await form.trigger('submit')
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { metricParams: { power: 3 } } }])
  })

  it('is shown where it is none of those that fit', async () => {
    const page = await ofBench(MetricStep, read({ choices: { ...read().choices, metric: 'r2' } }))
    expect(page.findAll('.metric').map((one) => one.text()).at(-1)).toContain('R²')
  })

  it('shows what simple submissions score', async () => {
    const rows = (await ofBench(MetricStep, read({ made: MADE }))).findAll('tbody tr').map((row) => row.text())
    expect(rows).toEqual(['the right answers0.00', 'sample submission77.25', 'answers by chanceNot for this metric.'])
  })
})

describe('what was made', () => {
  it('is told with its rows and what the checks say', async () => {
    const page = await ofBench(MakeStep, read({ made: MADE }))
    expect(page.text()).toContain('Solution: 40 rows, 12 public and 28 private')
    expect(page.findAll('.check').map((check) => [check.get('[role=img]').attributes('aria-label'), check.text()])).toEqual([
      ['To mend', 'A column gives it away.'],
      ['Fine', 'Ids are fine.'],
    ])
  })

  it('says why it is nothing', async () => {
    const page = await ofBench(MakeStep, read({ problems: [{ code: 'too_few', detail: 'There are too few rows.', file: 'train.csv' }] }))
    expect(page.get('[role=alert]').text()).toContain('train.csv: There are too few rows.')
  })

  it('has the baselines that are ticked', async () => {
    const page = await ofBench(MakeStep)
    await page.findAll('.ticks input')[2]!.setValue(false)
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/workbench/`, body: { baselines: ['constant', 'linear'] } }])
  })
})

describe('the clock', () => {
  it('is set by the kind of event', async () => {
    const page = await shown(ClockStep, { competition: draft() })
    await page.get('.preset').trigger('click')
    await flushPromises()
    expect(writes()).toEqual([{ route: `POST ${API}/workbench/clock/`, body: { preset: 'day', startsAt: '2026-11-17T09:00' } }])
  })

  it('runs as long when the start moves', async () => {
    await shown(ClockStep, { competition: draft() })
    press('Start now')
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/`, body: { startsAt: '2026-11-10T09:00', endsAt: '2026-12-10T09:00' } }])
  })
})

it('makes a code for those who are invited, and shows it', async () => {
  const page = await shown(AudienceFields, { competition: draft() })
  await page.get('input[value=invitation]').setValue(true)
  await flushPromises()
  expect(writes()[0]?.body).toEqual({ visibility: 'invitation', invitationCode: expect.stringMatching(/^\w{12}$/) })
  await page.setProps({ competition: draft({ visibility: 'invitation', invitationCode: 'abcd2345' }) })
  expect(page.text()).toContain('abcd2345')
})

it('shows a page, and edits it with the editor it is given', async () => {
  const page = await shown(WordsStep, { slug: 'cup' })
  press('Read Rules')
  await vi.waitFor(() => expect(page.find('em').exists()).toBe(true))
  press('Edit Rules')
  await flushPromises()
  expect(page.get('output').text()).toBe('- *Be* fair')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(writes()).toEqual([{ route: `PATCH ${API}/pages/rules/`, body: { title: 'Rules', body: '- *Be* fair' } }])
})

describe('publishing', () => {
  const made = read({ made: { ...MADE, findings: [] } })
  const publishing = (readiness: unknown, workbench = made) => shown(PublishStep, { competition: draft({ hasSolution: true }), workbench, readiness, unready: '' })
  const finding = (weight: string) => ({ canBePublished: weight !== 'forbids', findings: [{ code: 'x', weight, detail: 'It gives the solution away.', params: {} }] })
  const FINE = { canBePublished: true, findings: [] }

  it('is not offered where something forbids it', async () => {
    const page = await publishing(finding('forbids'))
    expect(page.text()).toContain('It gives the solution away.')
    expect(button('Publish')).toBeUndefined()
  })

  it.each([
    ['at once where nothing speaks against it', FINE, made, 'Publish now', { isPublished: true }],
    ['with a yes to what is asked', finding('asks'), made, 'Publish anyway', { isPublished: true, publishAnyway: true }],
    ['at once where something is only worth knowing', finding('notes'), made, 'Publish now', { isPublished: true }],
    ['with a yes to files of former choices', FINE, read(), 'Publish anyway', { isPublished: true }],
  ])('happens %s', async (_, readiness, workbench, act, body) => {
    await publishing(readiness, workbench)
    press('Publish')
    await flushPromises()
    expect(writes()).toEqual([])
    press(act)
    await flushPromises()
    expect(writes()).toEqual([{ route: `PATCH ${API}/`, body }])
  })

  it('can be given up with the draft, after asking', async () => {
    await publishing(FINE)
    press('Delete draft')
    await flushPromises()
    expect(writes()).toEqual([])
    ;[...document.querySelectorAll<HTMLElement>('.v-overlay button')].find((one) => one.textContent?.trim() === 'Delete draft')!.click()
    await flushPromises()
    expect(writes()).toEqual([{ route: `DELETE ${API}/`, body: null }])
  })

  const later = async (plan: Record<string, unknown>, readiness: unknown = FINE) => {
    const answer = { publishAt: null, plannedBy: null, startsBefore: false, stoppedAt: null, problems: [], ...plan }
    return shown(PublishStep, { competition: draft({ hasSolution: true, timeZone: 'UTC', startsAt: '2027-01-10T00:00:00Z' }), workbench: made, readiness, unready: '' }, { [`GET ${API}/publication/`]: answer })
  }

  it('is planned for a moment, with a yes to what is asked', async () => {
    const page = await later({}, finding('asks'))
    await page.get('input[type="datetime-local"]').setValue('2027-01-05T09:00')
    press('Publish at this moment')
    await flushPromises()
    await page.get('section form').trigger('submit')
    await flushPromises()
    expect(writes()[0]).toEqual({ route: `PUT ${API}/publication/`, body: { publishAt: '2027-01-05T09:00', publishAnyway: true } })
  })

  it('is not planned for after the start', async () => {
    const page = await later({})
    await page.get('input[type="datetime-local"]').setValue('2027-01-11T09:00')
    expect(page.text()).toContain('The competition would start before it is published')
    expect(button('Publish at this moment')!.disabled).toBe(true)
  })

  it('shows the moment, moves it and takes it back', async () => {
    const page = await later({ publishAt: '2027-01-05T09:00:00Z', plannedBy: { name: 'Host' } })
    expect(page.text()).toContain('To be published by itself')
    expect(button('Move it')).toBeDefined()
    press('Take it back')
    await flushPromises()
    expect(writes()).toEqual([{ route: `DELETE ${API}/publication/`, body: null }])
  })

  it('says why it was not published', async () => {
    const page = await later({ publishAt: '2027-01-05T09:00:00Z', stoppedAt: '2027-01-05T09:00:01Z', problems: [{ code: 'no_solution', detail: 'There is no solution yet.' }] })
    expect(page.text()).toContain('It was not published at')
    expect(page.text()).toContain('There is no solution yet.')
    expect(button('Publish at this moment')).toBeDefined()
  })
})
