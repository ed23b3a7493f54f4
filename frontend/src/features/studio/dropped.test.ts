import { describe, expect, it } from 'vitest'
import { filesIn, filesOf, MOST_FILES, titleFrom, toSend } from './dropped'

const file = (name: string, path = '') => Object.defineProperty(new File(['a'], name), 'webkitRelativePath', { value: path })
const named = (...names: string[]) => names.map((name) => ({ name, file: file(name) }))

const fileEntry = (name: string) => ({ name, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done(file(name)) })
const folderEntry = (name: string, inside: unknown[]) => ({
  ...{ name, isFile: false, isDirectory: true },
  createReader: () => {
    const left = [inside, []]
    return { readEntries: (done: (some: unknown) => void) => done(left.shift()) }
  },
})
const transfer = (...entries: unknown[]) => ({ items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry })), files: [] }) as unknown as DataTransfer

describe('what was dropped', () => {
  it('is everything in the folder, by its place in it', async () => {
    const dropped = await filesIn(transfer(folderEntry('cup', [fileEntry('train.csv'), folderEntry('images', [fileEntry('1.png')])])))
    expect(dropped.map(({ name }) => name)).toEqual(['train.csv', 'images/1.png'])
  })

  it('is files and folders side by side', async () => {
    const dropped = await filesIn(transfer(fileEntry('a.csv'), folderEntry('more', [fileEntry('b.csv')])))
    expect(dropped.map(({ name }) => name)).toEqual(['a.csv', 'more/b.csv'])
  })

  it('is the plain files where a browser knows no folders', async () => {
    const plain = { items: [{ kind: 'file' }], files: [file('a.csv')] } as unknown as DataTransfer
    expect((await filesIn(plain)).map(({ name }) => name)).toEqual(['a.csv'])
  })
})

it('names what was chosen by its place in the folder', () => {
  const list = [file('train.csv', 'my_cup/train.csv'), file('b.csv')] as unknown as FileList
  expect(filesOf(list).map(({ name }) => name)).toEqual(['train.csv', 'b.csv'])
  expect(titleFrom([...list])).toBe('my cup')
})

it('leaves out hidden files, sends tables first, and no more than there is room for', () => {
  const many = named('notes.pdf', '.DS_Store', '__MACOSX/a.csv', 'train.csv')
  expect(toSend(many).sent.map(({ name }) => name)).toEqual(['train.csv', 'notes.pdf'])
  const full = Array.from({ length: MOST_FILES }, (_, n) => `${n}.csv`)
  expect(toSend(named('new.csv', '3.csv'), full)).toMatchObject({ sent: [{ name: '3.csv' }], left: ['new.csv'] })
})
