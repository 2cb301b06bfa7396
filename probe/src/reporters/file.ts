import type { ProbeResult } from '@queue-ops/server/contract'
import { randomUUID } from 'node:crypto'
import { appendFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../make-folder.ts'
import { jsonLine } from './json.ts'

const maxLines = 2000
const keptLines = 1000

/**
 * Appends each result to the file as a JSON line; missing directories are made. Above 2,000 lines the file is replaced,
 * in one step for readers, by its last 1,000. Rejects when the file cannot be written, or when what is there are not
 * results of a probe: such a file is left alone.
 */
export function resultsFile(path: string): (result: ProbeResult) => Promise<void> {
  /** Lines in the file, null while that is not known: at first, and after a write that may have been cut short. */
  let lines: number | null = null
  return async (result) => {
    const known = lines
    lines = null
    const found = known === null ? await inspect(path) : { lines: known, cutShort: false }
    await appendFile(path, `${found.cutShort ? '\n' : ''}${jsonLine(result)}\n`)
    const written = found.lines + 1
    lines = written > maxLines ? await shorten(path) : written
  }
}

async function inspect(path: string): Promise<{ lines: number; cutShort: boolean }> {
  await makeFolder(dirname(path))
  const stats = await stat(path).catch(ignoreMissing)
  if (stats === undefined) return { lines: 0, cutShort: false }
  if (!stats.isFile()) throw new Error('it is not a regular file')
  const text = await readFile(path, 'utf8')
  if (text !== '' && !text.startsWith('{"schema":')) throw new Error('it holds something else than results of a probe')
  return { lines: text.split('\n').length - 1, cutShort: text !== '' && !text.endsWith('\n') }
}

async function shorten(path: string): Promise<number> {
  const kept = (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-keptLines)
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, `${kept.join('\n')}\n`)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return kept.length
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
