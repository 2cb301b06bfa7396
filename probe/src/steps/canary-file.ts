import type { ExportResult } from '@queue-ops/server/contract'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { asFailure, StepFailure } from '../failure.ts'
import type { HttpLink } from '../link/http-link.ts'
import type { Session } from '../session.ts'

/** How long it may take: until the signal aborts, or so many milliseconds. */
interface Time {
  signal: AbortSignal
  ms: number
}

/**
 * Fetches the file of an export and compares it with what was told of it: bytes, checksum and rows, which are its lines. It
 * is looked at as it comes and not kept, however large it is, and no more of it is read than was told. Rejects with a
 * StepFailure `canary_file`.
 */
export async function verifyFile(session: Session, result: ExportResult, { signal, ms }: Time): Promise<void> {
  const time = AbortSignal.timeout(Math.max(0, Math.round(ms)))
  const seen = { bytes: 0, rows: 0, hash: createHash('sha256') }
  try {
    const content = await contentOf(session, result, AbortSignal.any([signal, time]))
    await readInto(seen, content, result.bytes)
  } catch (error) {
    if (signal.aborted || (error instanceof StepFailure && error.reason === 'canary_file')) throw error
    if (!time.aborted) throw failed(`the file cannot be fetched: ${asFailure(error).message}`)
    throw failed(`only ${seen.bytes} of the ${result.bytes} bytes of the file came in the time of the step`)
  }
  compare(seen, result)
}

const failed = (message: string) => new StepFailure('canary_file', message)

async function contentOf(
  { link }: Session,
  { download_url, file_problem }: ExportResult,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (download_url === null) throw failed(`the file cannot be fetched: ${file_problem ?? 'no reason given'}`)
  const url = new URL(download_url)
  if (url.protocol === 'file:' && link.kind === 'stdio') return createReadStream(url, { signal })
  if (link.kind !== 'http') throw failed('the file has an address that cannot be fetched from here')
  const response = await download(link, url, signal)
  if (!response.ok || response.body === null) throw failed(`the file’s download answers HTTP ${response.status}`)
  return response.body
}

/** Follows one redirect, as to a storage; what lets the probe in at the target is nobody else's business. */
async function download({ reach, headers, fetchFile }: HttpLink, url: URL, signal: AbortSignal): Promise<Response> {
  const get = (url: URL) =>
    fetchFile(url, { headers: url.origin === reach.url.origin ? headers : {}, redirect: 'manual', signal })
  const response = await get(url)
  const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null
  return location === null ? response : get(new URL(location, url))
}

interface Seen {
  bytes: number
  rows: number
  hash: ReturnType<typeof createHash>
}

async function readInto(seen: Seen, content: AsyncIterable<Uint8Array>, most: number): Promise<void> {
  for await (const chunk of content) {
    seen.hash.update(chunk)
    seen.bytes += chunk.byteLength
    for (const byte of chunk) if (byte === 0x0a) seen.rows++
    if (seen.bytes > most) throw failed(`the file is longer than the ${most} bytes that were told`)
  }
}

function compare(seen: Seen, { bytes, sha256, rows }: ExportResult): void {
  if (seen.bytes !== bytes) throw failed(`the file has ${seen.bytes} bytes and not the ${bytes} that were told`)
  if (seen.hash.digest('hex') !== sha256) {
    throw failed('the file is not the one that was written: its checksum differs')
  }
  if (seen.rows !== rows) throw failed(`the file has ${seen.rows} rows and not the ${rows} that were told`)
}
