import type { FileReading } from './file-reading.ts'
import type { Path } from './yaml-text.ts'

/** Keys whose value is a secret wherever they stand. Those that end in `_file` name the file that holds it. */
const secretKey =
  /(^|[_-])(bearer|token|secret|password|passwd|api_?key|routing_key|hmac_key|credential|authorization|cookie)s?$/i
/** Headers of that kind. */
const secretHeader = /authorization|cookie|token|secret|key|password|signature/i

/** Names everything secret that stands in the file itself, where it would get into backups and repositories. */
export function refuseSecrets(reading: FileReading): void {
  walk([], reading.written([]), (path, key, value, isHeader) => {
    if (value.includes('${')) return
    if (isHeader ? secretHeader.test(key) : secretKey.test(key)) {
      const other = isHeader ? '{ file: PATH }' : `${key}_file`
      reading.mistake(path, `must not stand in the file itself: write \${NAME} and set that variable, or use ${other}`)
    } else if (hasPassword(value)) {
      reading.mistake(path, 'must not have a password in it: write ${NAME} in its place and set that variable')
    }
  })
}

/**
 * A text of the file as it may be shown: variables stay variables. Of the address of a target what results show too, of
 * others only the host, because the path of a webhook is its password.
 */
export function shown(key: string, written: unknown, isTarget: boolean): unknown {
  if (typeof written !== 'string') return written
  if (secretKey.test(key) && !written.includes('${')) return '***'
  const url = URL.parse(written)
  if (url === null || url.host === '' || written.includes('${')) return written
  if (isTarget) return `${url.origin}${url.pathname}`
  return url.pathname === '/' && url.search === '' ? url.origin : `${url.origin}/…`
}

function walk(
  path: Path,
  value: unknown,
  visit: (path: Path, key: string, value: string, isHeader: boolean) => void,
): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (typeof item === 'string') visit(at, key, item, path.at(-1) === 'headers')
    else walk(at, item, visit)
  }
}

function hasPassword(text: string): boolean {
  return (URL.parse(text)?.password ?? '') !== ''
}
