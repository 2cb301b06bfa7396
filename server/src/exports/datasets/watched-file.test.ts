import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqlite } from '../sources/sqlite.ts'
import { clientPatience } from './remembered.ts'
import { watchFile, type FileNews } from './watched-file.ts'

let folder: string
let path: string
let news: FileNews[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
  path = join(folder, 'datasets.yaml')
  news = []
})
afterEach(() => rmSync(folder, { recursive: true }))

const text = (...names: string[]) =>
  `datasets:\n${names.map((name) => `  - { name: ${name}, source: "sqlite:x.db", table: t }\n`).join('')}`
const watch = () =>
  watchFile({ path, kinds: [sqlite], variables: () => undefined, patience: clientPatience }, (item) => news.push(item))
const namesOf = (file: ReturnType<typeof watch>) =>
  file
    .current()
    .catalogue.list()
    .map(({ name }) => name)

test('a file that has changed is read again, however it was changed', () => {
  writeFileSync(path, text('a'))
  const file = watch()
  expect(namesOf(file)).toEqual(['a'])
  writeFileSync(path, text('a', 'b'))
  expect(namesOf(file)).toEqual(['a', 'b'])
  // Of the same size, moved into its place.
  writeFileSync(`${path}.new`, text('a', 'c'))
  renameSync(`${path}.new`, path)
  expect(namesOf(file)).toEqual(['a', 'c'])
  // Of the same size and the same date.
  const { atime, mtime } = statSync(path)
  writeFileSync(path, text('a', 'd'))
  utimesSync(path, atime, mtime)
  expect(namesOf(file)).toEqual(['a', 'd'])
  expect(news.map(({ names }) => names)).toEqual([
    ['a', 'b'],
    ['a', 'c'],
    ['a', 'd'],
  ])
})

test('a version with mistakes is told once and leaves the last good one in force', () => {
  writeFileSync(path, text('a', 'b'))
  const file = watch()
  writeFileSync(path, `${text('a')}  - { name: c }\n`)
  for (let times = 0; times < 3; times++) expect(namesOf(file)).toEqual(['a', 'b'])
  expect(news).toEqual([{ path, names: null, mistakes: [expect.stringContaining(`${path}:3:`)] }])
  expect(file.current().text.text).toBe(text('a', 'b'))
  // While an editor swaps the file there is none.
  rmSync(path)
  expect(namesOf(file)).toEqual(['a', 'b'])
  expect(news.at(-1)?.mistakes).toEqual([`${path}: the file cannot be read (ENOENT).`])
  writeFileSync(path, text('e'))
  expect(namesOf(file)).toEqual(['e'])
  expect(news).toHaveLength(3)
})

test('a dataset that has not changed stays the same one, with what it knows of its source', () => {
  writeFileSync(path, text('a', 'b'))
  const file = watch()
  const [a, b] = file.current().catalogue.list()
  writeFileSync(path, text('b', 'c', 'a').replace('t }', 't, limit: 5 }'))
  const [changed, , same] = file.current().catalogue.list()
  expect(changed?.name).toBe('b')
  expect(changed).not.toBe(b)
  expect(same).toBe(a)
})

test('what is picked stays what it is when the file changes', () => {
  writeFileSync(path, text('a'))
  const file = watch()
  const picked = file.current().catalogue.pick('a')
  writeFileSync(path, text('b'))
  expect(() => file.current().catalogue.pick('a')).toThrow('There is no dataset "a"; the datasets are: b.')
  expect(picked.name).toBe('a')
})

test('the first version has to be good', () => {
  expect(watch().mistakes).toEqual([`${path}: the file cannot be read (ENOENT).`])
  writeFileSync(path, 'datasets: []')
  expect(watch().mistakes).toEqual([`${path}:1:11: datasets must list at least one.`])
  expect(news).toEqual([])
})
