import { ExportFormat, type Compression } from '../../contract.ts'
import { formats } from './list.ts'

/** What the name of a compressed file ends with, and its MIME type (RFC 6713, RFC 8878). */
export const compressedFiles: Record<Exclude<Compression, 'none'>, { ending: string; contentType: string }> = {
  gzip: { ending: '.gz', contentType: 'application/gzip' },
  zstd: { ending: '.zst', contentType: 'application/zstd' },
}

/**
 * The MIME type of an export by its file name, such as `42.csv` or `42.csv.gz`; null when no export is called so. A
 * compressed file is of its compression's type, whatever is in it: it is handed out as it lies there, not unpacked.
 */
export function contentTypeOf(fileName: string): string | null {
  const compressed = Object.values(compressedFiles).find(({ ending }) => fileName.endsWith(ending))
  const plainName = compressed ? fileName.slice(0, -compressed.ending.length) : fileName
  const format = ExportFormat.safeParse(/^[^.]+\.([a-z]+)$/.exec(plainName)?.[1])
  if (!format.success) return null
  return compressed?.contentType ?? formats[format.data].contentType
}
