import type { ExportResult } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Exports } from '../exports/exports.ts'
import type { ExportFiles } from '../exports/files/export-files.ts'
import { exportFileType } from '../exports/files/file-name.ts'
import { EXPORT_TEMPLATE, exportUri, readExportUri, type ExportPart } from './export-uri.ts'
import type { ResourceContent, ResourceKind, ResourceLink } from './resource.ts'
import { wholeLines } from './whole-lines.ts'

/** As a text in JSON that is at most about twice as long, or a third more in base64: an answer stays below 25 KB. */
const AT_ONCE_BYTES = 12 * 1024

/** For programs that ask for more; the protocol carries it in one message. */
const MAX_BYTES = 256 * 1024

/** The files of finished exports, small ones whole, and those of text in parts. */
export const exportFile = (exports: Exports, files: ExportFiles): ResourceKind => ({
  template: {
    uriTemplate: EXPORT_TEMPLATE,
    name: 'export_file',
    title: 'File of a finished export',
    description: `Whole up to ${AT_ONCE_BYTES} bytes. Of csv, json and ndjson also parts: from is the first byte, bytes at most ${MAX_BYTES} (default ${AT_ONCE_BYTES}); a part ends with a line, and _meta.next is the address of the next one.`,
  },
  async list(cursor, { principal }) {
    const page = await exports.list({ state: 'completed', ...(cursor === undefined ? {} : { cursor }) }, principal)
    const made = page.exports.filter(({ cancelled }) => !cancelled)
    return {
      resources: made.map(({ job_id: jobId, dataset, format, rows, created_at: at }) => ({
        uri: exportUri(jobId),
        name: `${dataset}.${format}`,
        title: `${dataset}, ${rows ?? 0} rows as ${format}, asked for ${at}`,
      })),
      nextCursor: page.next_cursor,
    }
  },
  read(uri, { principal }) {
    const part = readExportUri(uri)
    return part && readPart(exports, files, part, principal)
  },
  follow(uri, hear, { principal }) {
    const part = readExportUri(uri)
    if (!part) return null
    const whole = exportUri(part.jobId)
    // What is followed is kept under its address: one address for one thing.
    if (uri !== whole) throw new OpsError('invalid_input', `Only a whole file can be followed: subscribe to ${whole}.`)
    return exports.followEnds(part.jobId, (endedAt) => hear(endedAt.toString(36), endedAt), principal)
  },
})

/** What an answer that tells of a finished file points to. */
export function linkToFile(jobId: string, { file, bytes }: ExportResult): ResourceLink {
  return { uri: exportUri(jobId), name: file, mimeType: typeOf(file), size: bytes }
}

const typeOf = (file: string) => exportFileType(file) ?? 'application/octet-stream'

async function readPart(
  exports: Exports,
  files: ExportFiles,
  { jobId, range }: ExportPart,
  principal: string | null,
): Promise<ResourceContent> {
  const { result, state } = await exports.status(jobId, principal)
  if (!result) throw new OpsError('not_found', `There is no file of this export: it is ${state} and has no result.`)
  const isText = /\.(?:csv|json|ndjson)$/.test(result.file)
  refuseRange(range, isText, result)
  const from = range?.from ?? 0
  const wanted = range?.bytes ?? AT_ONCE_BYTES
  const found = await files.readPart(result.file, from, wanted)
  if (!found) throw new OpsError('not_found', result.file_problem ?? 'The file was deleted: start the export again.')
  const { data, total } = found
  if (range === null && total > data.length) throw tooLarge(jobId, isText, result)
  const content = { uri: exportUri(jobId, range ?? undefined), mimeType: typeOf(result.file) }
  if (!isText) return { ...content, _meta: { total_bytes: total, next: null }, blob: data.toString('base64') }
  const end = from + data.length
  const part = end < total ? wholeLines(data) : data
  const next = from + part.length
  const more = next < total ? exportUri(jobId, { from: next, bytes: range?.bytes ?? null }) : null
  return { ...content, _meta: { total_bytes: total, next: more }, text: part.toString('utf8') }
}

function refuseRange(range: ExportPart['range'], isText: boolean, { file }: ExportResult) {
  if (range === null) return
  if (!isText) {
    throw new OpsError('invalid_input', `${file} is no text and is not read in parts: fetch its download_url.`)
  }
  if ((range.bytes ?? 0) > MAX_BYTES) {
    throw new OpsError(
      'invalid_input',
      `At most ${MAX_BYTES} bytes are read at once: ask for less, then for the next part.`,
    )
  }
}

function tooLarge(jobId: string, isText: boolean, { bytes, download_url: url }: ExportResult): OpsError {
  const whole = `fetch ${url ?? 'its download_url'}`
  const how = isText ? `read ${exportUri(jobId, { from: 0, bytes: null })} for its first part, or ${whole}` : whole
  return new OpsError(
    'invalid_input',
    `The file has ${bytes} bytes, more than the ${AT_ONCE_BYTES} that are read at once: ${how}.`,
  )
}
