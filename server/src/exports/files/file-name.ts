import { ExportFormat } from '../../contract.ts'
import { exportJobId } from '../export-job.ts'
import { formats } from '../formats/list.ts'

const compressed: Record<string, string> = { gz: 'application/gzip', zst: 'application/zstd' }

/** The MIME type of a finished export by its name, null for everything that is not the name of one. */
export function exportFileType(name: string): string | null {
  const [, id = '', extension, ending] = /^([^.]+)\.([a-z]+)(?:\.([a-z]+))?$/.exec(name) ?? []
  const format = ExportFormat.safeParse(extension)
  if (!exportJobId.test(id) || !format.success) return null
  return ending === undefined ? formats[format.data].contentType : (compressed[ending] ?? null)
}
