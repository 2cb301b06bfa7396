import { ExportFormat } from '../../contract.ts'
import { formats } from './list.ts'

/** The MIME types of compressed files (RFC 6713, RFC 8878) by what their names end with. */
const compressed: Record<string, string> = { gz: 'application/gzip', zst: 'application/zstd' }

/** `NAME.FORMAT` or `NAME.FORMAT.COMPRESSION` */
const FILE_NAME = /^[^.].*?\.([a-z]+)(?:\.(gz|zst))?$/

/**
 * The MIME type of an export by its file name, such as `42.csv` or `42.csv.gz`; null when no export is called so. A
 * compressed file is of its compression's type, whatever is in it: it is handed out as it lies there, not unpacked.
 */
export function contentTypeOf(fileName: string): string | null {
  const [, format, compression = ''] = FILE_NAME.exec(fileName) ?? []
  const known = ExportFormat.safeParse(format)
  if (!known.success) return null
  return compressed[compression] ?? formats[known.data].contentType
}
