import type { ProbeResult } from '@queue-ops/server/contract'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exampleResult } from '../example-result.ts'
import { resultsFile } from './file.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'queue-probe-'))
})

afterEach(() => rm(directory, { recursive: true }))

/** A result that can be told apart by its duration. */
function numbered(number: number): ProbeResult {
  return exampleResult({
    duration_ms: number,
    dead_letters: 0,
    consumer_running: true,
    consumers: 1,
    active: 0,
    waiting: 0,
  })
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `${JSON.stringify(numbered(from + i))}\n`).join('')
}

async function numbersIn(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8')
  expect(text.endsWith('\n')).toBe(true)
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as ProbeResult).duration_ms)
}

describe('resultsFile', () => {
  test('makes the directory and appends one line per result, after a restart too', async () => {
    const path = join(directory, 'a', 'b', 'results.jsonl')
    const append = resultsFile(path)
    await append(numbered(1))
    await append(numbered(2))
    await resultsFile(path)(numbered(3))
    expect(await numbersIn(path)).toEqual([1, 2, 3])
  })

  test('above 2,000 lines it keeps the last 1,000 and leaves no other file', async () => {
    const path = join(directory, 'results.jsonl')
    await writeFile(path, lines(1, 1999))
    const append = resultsFile(path)
    await append(numbered(2000))
    expect(await numbersIn(path)).toHaveLength(2000)
    await append(numbered(2001))
    const kept = await numbersIn(path)
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([1000, 1002, 2001])
    await append(numbered(2002))
    expect(await numbersIn(path)).toHaveLength(1001)
    expect(await readdir(directory)).toEqual(['results.jsonl'])
  })

  test('a line that was cut short does not spoil the next one', async () => {
    const path = join(directory, 'results.jsonl')
    await writeFile(path, `${lines(1, 1)}{"schema":2,"ti`)
    await resultsFile(path)(numbered(2))
    const text = await readFile(path, 'utf8')
    expect(text).toBe(`${lines(1, 1)}{"schema":2,"ti\n${lines(2, 2)}`)
  })

  test('a file that holds something else is refused and left alone', async () => {
    const path = join(directory, 'notes.txt')
    await writeFile(path, 'my notes\n')
    await expect(resultsFile(path)(numbered(1))).rejects.toThrow('something else')
    expect(await readFile(path, 'utf8')).toBe('my notes\n')
  })

  test('what is not a file is refused', async () => {
    await expect(resultsFile(directory)(numbered(1))).rejects.toThrow('not a regular file')
    await expect(resultsFile(join(directory, 'missing', '..', '\0'))(numbered(1))).rejects.toThrow()
  })

  test('it recovers when what was in the way is gone', async () => {
    const path = join(directory, 'results.jsonl')
    await mkdir(path)
    const append = resultsFile(path)
    await expect(append(numbered(1))).rejects.toThrow()
    await rm(path, { recursive: true })
    await append(numbered(2))
    expect(await numbersIn(path)).toEqual([2])
  })
})
