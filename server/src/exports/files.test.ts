import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openExportFiles } from './files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'queue-ops-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const going = new AbortController().signal

test('a file appears under its name only when it is whole', async () => {
  const files = await openExportFiles(join(folder, 'exports'))
  const seen: boolean[] = []
  async function* chunks() {
    yield 'one '
    seen.push(existsSync(join(files.directory, 'x.csv')))
    yield Buffer.from('two')
  }
  const sha256 = createHash('sha256').update('one two').digest('hex')
  expect(await files.write('x.csv', chunks(), going)).toEqual({ bytes: 7, sha256 })
  expect(seen).toEqual([false])
  expect(readFileSync(join(files.directory, 'x.csv'), 'utf8')).toBe('one two')
  expect(readdirSync(files.directory)).toEqual(['x.csv'])
})

test('what goes wrong while rows come leaves nothing behind and is told as it is', async () => {
  const files = await openExportFiles(folder)
  async function* chunks() {
    yield 'one '
    throw new Error('the source went away')
  }
  await expect(files.write('x.csv', chunks(), going)).rejects.toThrow('the source went away')
  expect(readdirSync(folder)).toEqual([])
})

test('an abort ends the writing and leaves nothing behind', async () => {
  const files = await openExportFiles(folder)
  const stop = new AbortController()
  async function* chunks() {
    for (;;) {
      yield 'more'
      stop.abort(new Error('enough'))
    }
  }
  await expect(files.write('x.csv', chunks(), stop.signal)).rejects.toThrow('enough')
  expect(readdirSync(folder)).toEqual([])
})

test('a disk that refuses is told without the path', async () => {
  const files = await openExportFiles(join(folder, 'exports'))
  rmSync(files.directory, { recursive: true })
  async function* chunks() {
    yield 'x'
  }
  await expect(files.write('x.csv', chunks(), going)).rejects.toMatchObject({
    code: 'file_unwritable',
    message: 'The export file cannot be written: the disk refused it (ENOENT).',
  })
})

test('a folder that cannot be made is told', async () => {
  writeFileSync(join(folder, 'taken'), '')
  await expect(openExportFiles(join(folder, 'taken', 'exports'))).rejects.toThrow('cannot be written to (ENOTDIR)')
})

test('what a worker that died has left of the same file is removed, and nothing else', async () => {
  const files = await openExportFiles(folder)
  for (const name of ['.x.csv.1.part', '.y.csv.1.part', 'x.csv.part']) writeFileSync(join(folder, name), '')
  async function* chunks() {
    yield 'x'
  }
  await files.write('x.csv', chunks(), going)
  expect(readdirSync(folder).toSorted()).toEqual(['.y.csv.1.part', 'x.csv', 'x.csv.part'])
})
