import { ExportFormat } from '../../contract.ts'
import { exportStem } from '../export-names.ts'
import { formats } from '../formats/list.ts'

const compressed: Record<string, string> = { gz: 'application/gzip', zst: 'application/zstd' }

/** The MIME type of a finished export by its name, null for everything that is not the name of one. */
export function exportFileType(name: string): string | null {
  const [, stem = '', extension, ending] = /^([^.]+)\.([a-z]+)(?:\.([a-z]+))?$/.exec(name) ?? []
  const format = ExportFormat.safeParse(extension)
  if (!exportStem.test(stem) || !format.success) return null
  return ending === undefined ? formats[format.data].contentType : (compressed[ending] ?? null)
}
