import { open, stat } from 'node:fs/promises'
import { ProbeResult } from '../contract.ts'

/** A line is about 700 bytes; this much of the file's end holds the results that are shown. */
const TAIL_BYTES = 128 * 1024

/** What the probe has found, read again only when its file has changed: the same array as long as it has not. */
export interface ProbeResults {
  latest(): Promise<ProbeResult[]>
  /** What was read last; what is new since then is there the next time. */
  recent(): ProbeResult[]
}

/** The newest `limit` results in the probe's file. */
export function openProbeResults(file: string, limit: number): ProbeResults {
  let known: { state: string; results: ProbeResult[] } = { state: '', results: [] }
  let reading: Promise<ProbeResult[]> | null = null
  const read = async () => {
    const state = await stat(file).then(
      ({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
      () => '',
    )
    if (state !== known.state) known = { state, results: await readProbeResults(file, limit) }
    return known.results
  }
  const latest = () => (reading ??= read().finally(() => (reading = null)))
  return {
    latest,
    recent() {
      latest().catch(() => undefined)
      return known.results
    },
  }
}

/**
 * The newest results of the probe's file (one JSON object a line), newest first. A file that is not there yet, a line
 * that is being written and a line of another version are no errors: they are left out.
 */
export async function readProbeResults(file: string, limit: number): Promise<ProbeResult[]> {
  const lines = (await readTail(file)).split('\n')
  return lines
    .flatMap((line) => {
      const result = ProbeResult.safeParse(parseLine(line))
      return result.success ? [result.data] : []
    })
    .slice(-limit)
    .toReversed()
}

async function readTail(file: string): Promise<string> {
  // Opening a pipe or a device could wait for ever.
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
  const handle = isFile ? await open(file, 'r').catch(() => null) : null
  if (!handle) return ''
  try {
    const { size } = await handle.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
