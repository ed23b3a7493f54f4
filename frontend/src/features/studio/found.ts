import type { ChoiceChanges, Choices, Found, SourceTable } from '@/shared/api/models'

export const ROLES = ['train', 'test', 'sample', 'solution', 'other'] as const
export const TASKS = ['regression', 'binary', 'multiclass', 'multilabel', 'ranking', 'text'] as const
export const WAYS = ['random', 'stratified', 'group', 'time'] as const
export const MODELS = ['constant', 'linear', 'tree'] as const

/** Below this, somebody should look. */
export const UNSURE = 0.5

const tableOf = (found: Found, role: SourceTable['role']) => found.tables.find((table) => table.role === role)

/** The table that shows what is to be predicted. */
export const answersTable = (found: Found): SourceTable | undefined =>
  tableOf(found, 'train') ?? tableOf(found, 'solution') ?? tableOf(found, 'test') ?? found.tables[0]

// What such a column says, in any case of letters.
const says = (values: readonly string[]) => ['public', 'private'].every((word) => values.some((value) => value.toLowerCase() === word))

/** Columns that may say which rows are public: those of the solution, or of test where there is none. */
export function usageColumns(found: Found): string[] {
  const columns = (tableOf(found, 'solution') ?? tableOf(found, 'test'))?.overview.columns ?? []
  return columns.filter(({ name, common }) => /^usage$/i.test(name) || says(common.map(({ value }) => value))).map(({ name }) => name)
}

/** The values of the column that is predicted, the most common first, as far as they are known. */
export function valuesOf(found: Found, column: string | undefined): string[] {
  const seen = answersTable(found)?.overview.columns.find(({ name }) => name === column)
  return seen?.common.map(({ value }) => value) ?? []
}

/** Columns with the ones that fit first, each once. */
export const fittingFirst = (fitting: readonly string[], all: readonly string[]): string[] => [...new Set([...fitting, ...all])]

/** The choices that nobody has looked at though they are no more than a guess. */
export function unsure(found: Found, decided: readonly string[]): string[] {
  return Object.entries(found.because)
    .filter(([name, { sure }]) => (sure ?? 1) < UNSURE && !isDecided(decided, name) && name !== 'way')
    .map(([name]) => name)
}

// The server names choices as it does in its own code, or as the API does.
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Whether an organiser decided it, by its name in the API. */
export const isDecided = (decided: readonly string[], name: string): boolean => decided.includes(name) || decided.includes(snake(name))

/** The other files, which go to the participants as they are. */
export const otherFiles = (found: Found): string[] => [...found.others, ...found.tables.filter(({ role }) => role === 'other').map(({ name }) => name)]

/** A decision about one file, beside those about others. */
export const roleOf = (choices: Choices, file: string, role: SourceTable['role']): ChoiceChanges => {
  const others = Object.entries(choices.roles ?? {}).filter(([name, taken]) => name !== file && (taken !== role || role === 'other'))
  return { roles: Object.fromEntries([...others, [file, role]]) }
}
