import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Tree = { [key: string]: string | Tree }

// From the disk: an import would give what the build makes of them.
const LOCALES = join(import.meta.dirname, '../src/locales')
const sources = import.meta.glob<string>(['../src/**/*.{vue,ts}', '!../src/**/*.test.ts', '!../src/shared/api/schema.d.ts'], {
  eager: true,
  import: 'default',
  query: '?raw',
})

/** Texts by their whole key: `area.name`. */
function messagesOf(locale: string): Map<string, string> {
  const found = new Map<string, string>()
  function walk(tree: Tree, path: string) {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === 'string') found.set(`${path}.${key}`, value)
      else walk(value, `${path}.${key}`)
    }
  }
  for (const file of readdirSync(`${LOCALES}/${locale}`)) {
    walk(JSON.parse(readFileSync(`${LOCALES}/${locale}/${file}`, 'utf8')) as Tree, file.replace('.json', ''))
  }
  return found
}

const en = messagesOf('en')
const ja = messagesOf('ja')
const places = (text = '') => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()

/** What the code asks for: `t('area.name')`, keypath="area.name", and t(`area.name_${kind}`) as a pattern. */
function asked(source: string): RegExp[] {
  const plain = [...source.matchAll(/\bt\(\s*'([\w.]+)'/g), ...source.matchAll(/\bkeypath="([\w.]+)"/g)]
  const branches = [...source.matchAll(/(?:\bt\(|:keypath=")[^()"`]*?\? '([\w]+\.[\w.]+)' : '([\w]+\.[\w.]+)'/g)].flatMap(([, a, b]) => [a, b])
  const built = [...source.matchAll(/\bt\(\s*`([\w.]+\$\{[^`]+)`/g)].map(([, key]) => key)
  return [
    ...[...plain.map(([, key]) => key), ...branches].map((key) => new RegExp(`^${key?.replaceAll('.', '\\.')}$`)),
    ...built.map((key) => new RegExp(`^${key?.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '\\w+')}$`)),
  ]
}

describe('messages', () => {
  it('say everything in both languages', () => {
    expect(en.size).toBeGreaterThan(300)
    expect([...en.keys()].filter((key) => !ja.has(key))).toEqual([])
    expect([...ja.keys()].filter((key) => !en.has(key))).toEqual([])
    const silent = 'submissions.stage_idle' // Nothing is being uploaded: nothing to say.
    expect([...en, ...ja].filter(([key, text]) => key !== silent && !text.trim())).toEqual([])
  })

  it('take the same values in both languages', () => {
    const differing = [...en.keys()].filter((key) => places(en.get(key)).join() !== places(ja.get(key)).join())
    expect(differing).toEqual([])
  })

  it('are there for every key that the code asks for', () => {
    const keys = [...en.keys()]
    const missing = Object.entries(sources).flatMap(([file, source]) =>
      asked(source)
        .filter((pattern) => !keys.some((key) => pattern.test(key)))
        .map((pattern) => `${file}: ${pattern.source}`),
    )
    expect(Object.values(sources).flatMap(asked).length).toBeGreaterThan(300)
    expect(missing).toEqual([])
  })
})
