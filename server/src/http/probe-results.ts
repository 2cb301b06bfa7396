import { open, stat } from 'node:fs/promises'
import { ProbeResult } from '../contract.ts'

/** A line is about 700 bytes; this much of the file's end holds the results that are shown. */
const TAIL_BYTES = 128 * 1024

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
