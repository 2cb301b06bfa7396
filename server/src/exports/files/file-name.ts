import { exportStem } from '../export-names.ts'
import { contentTypeOf } from '../formats/content-type.ts'

/** The MIME type of a finished export by its name, null for everything that is not the name of one. */
export function exportFileType(name: string): string | null {
  const [, stem = ''] = /^([^.]+)\.[a-z]+(?:\.[a-z]+)?$/.exec(name) ?? []
  return exportStem.test(stem) ? contentTypeOf(name) : null
}
