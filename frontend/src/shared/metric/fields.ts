import type { ExplainedMetric, OwnParameter } from '@/shared/api/models'

type Parameter = ExplainedMetric['params'][number]

/** A parameter of a metric as a field of a form. `usual`: what counts where nothing is said. */
export interface Field {
  name: string
  kind: Parameter['kind'] | 'list' | 'any'
  usual: unknown
  isRequired: boolean
  isOptional: boolean
  choices: readonly string[]
  minimum: number | null
  maximum: number | null
  hint: string
}

/** What is wrong with what somebody typed; the texts are `metric.wrong_…`. */
export type Fault = 'required' | 'int' | 'float' | 'bool' | 'range' | 'numbers' | 'mapping' | 'labels'
export type Read = { value: unknown; fault?: undefined } | { value?: undefined; fault: Fault }

const KINDS = ['int', 'float', 'str', 'bool', 'list'] as const

/** A parameter of an own metric, as its signature has it. */
export function fieldOfOwn(parameter: OwnParameter): Field {
  const { name, default: usual, isRequired, isOptional } = parameter
  const kind = KINDS.find((one) => one === parameter.kind) ?? 'any'
  return { name, kind, usual, isRequired, isOptional, choices: [], minimum: null, maximum: null, hint: '' }
}

/** A parameter of a built-in metric, explained in this language. */
export function fieldOfBuiltIn(parameter: Parameter, language: 'en' | 'ja'): Field {
  const { name, kind, choices, minimum, maximum, description } = parameter
  const usual = JSON.parse(parameter.default) as unknown
  return { name, kind, usual, isRequired: false, isOptional: false, choices, minimum, maximum, hint: description[language] }
}

const scalar = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A value as it stands in a field; nothing for none. */
export function written(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(scalar).join('\n')
  if (typeof value === 'object') return Object.entries(value).map(([name, one]) => `${name} = ${scalar(one)}`).join('\n')
  return scalar(value)
}

/** Values as they stand in their fields. */
export const allWritten = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, written(value)]))

/** Whether these are the same values, in whatever order they are named. */
export const areSame = (some: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>>): boolean => inOrder(some) === inOrder(others)
const inOrder = (values: Readonly<Record<string, unknown>>) => JSON.stringify(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))

/** What somebody typed as a value; undefined where the usual one is meant. */
export function read(field: Field, typed: string): Read {
  const text = typed.trim()
  if (!text) return field.isRequired ? { fault: 'required' } : { value: undefined }
  switch (field.kind) {
    case 'int':
      return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? inRange(field, Number(text)) : { fault: 'int' }
    case 'float':
      return isNumber(text) ? inRange(field, Number(text)) : { fault: 'float' }
    case 'bool':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { fault: 'bool' }
    case 'str':
      return { value: text }
    case 'labels':
      return labels(text)
    case 'numbers':
      return numbers(text)
    case 'mapping':
      return mapping(text)
    case 'list':
      return { value: lines(text).map(plain) }
    case 'any':
      return { value: plain(text) }
  }
}

/** Every field's value, without those left as usual; and what is wrong, by name. */
export function readAll(fields: readonly Field[], typed: Readonly<Record<string, string>>) {
  const values: Record<string, unknown> = {}
  const faults: Record<string, Fault> = {}
  for (const field of fields) {
    const { value, fault } = read(field, typed[field.name] ?? '')
    if (fault) faults[field.name] = fault
    else if (value !== undefined) values[field.name] = value
  }
  return { values, faults }
}

const isNumber = (text: string) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

function inRange({ minimum, maximum }: Field, value: number): Read {
  const fits = (minimum === null || value >= minimum) && (maximum === null || value <= maximum)
  return fits ? { value } : { fault: 'range' }
}

function labels(text: string): Read {
  const found = lines(text)
  return found.length >= 2 && new Set(found).size === found.length ? { value: found } : { fault: 'labels' }
}

function numbers(text: string): Read {
  const found = text.split(/[\s,]+/).filter(Boolean)
  const values = found.map(Number)
  const ascends = values.every((value, place) => place === 0 || value > values[place - 1]!)
  return found.every(isNumber) && ascends ? { value: values } : { fault: 'numbers' }
}

function mapping(text: string): Read {
  const pairs = lines(text).map((line) => /^(.+?)\s*[=:]\s*(\S+)$/.exec(line))
  if (!pairs.every((pair) => pair && isNumber(pair[2]!))) return { fault: 'mapping' }
  return { value: Object.fromEntries(pairs.map((pair) => [pair![1], Number(pair![2])])) }
}

/** A number, true, false, none or a list where it is written as JSON has them; else the text itself. */
function plain(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? text : value
  } catch {
    return text
  }
}
