import { OpsError } from '../errors.ts'

/** RFC 6570. */
export const EXPORT_TEMPLATE = 'export://{job_id}/file{?from,bytes}'

/** The part of an export's file that an address names. */
export interface ExportPart {
  jobId: string
  /** Null: the whole file is asked for. */
  range: { from: number; bytes: number | null } | null
}

/** @param range without one, the address of the whole file */
export function exportUri(jobId: string, range?: { from: number; bytes: number | null }): string {
  const file = `export://${encodeURIComponent(jobId)}/file`
  if (!range) return file
  return `${file}?from=${range.from}${range.bytes === null ? '' : `&bytes=${range.bytes}`}`
}

/** Longer addresses are those of no export: jobs have short ids. */
const MAX_CHARS = 2000

/** Null when it is the address of no export. Throws OpsError `invalid_input` when the range in it is none. */
export function readExportUri(uri: string): ExportPart | null {
  if (uri.length > MAX_CHARS) return null
  const [, id, query] = /^export:\/\/([^/?#]+)\/file(?:\?(.*))?$/.exec(uri) ?? []
  const jobId = id === undefined ? null : decoded(id)
  if (jobId === null) return null
  if (query === undefined) return { jobId, range: null }
  const given = new URLSearchParams(query)
  const from = given.get('from') ?? '0'
  const bytes = given.get('bytes')
  const names = [...given.keys()]
  const known = names.every((name, at) => (name === 'from' || name === 'bytes') && names.indexOf(name) === at)
  if (!known || !isCount(from) || (bytes !== null && (!isCount(bytes) || Number(bytes) === 0))) {
    throw new OpsError(
      'invalid_input',
      'Write a part of a file as ?from=BYTE or ?from=BYTE&bytes=COUNT, in whole numbers.',
    )
  }
  return { jobId, range: { from: Number(from), bytes: bytes === null ? null : Number(bytes) } }
}

const isCount = (text: string) => /^\d{1,15}$/.test(text)

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
