import { oneLine } from './sentence.ts'

/** Takes a line of what a run does, for --debug. */
export type Trace = (line: string) => void

const bodyHead = 400
/** Headers whose value may be shown: all others could hold a secret. */
const harmless =
  /^(accept|content-(type|length|encoding)|mcp-(protocol-version|method|name)|server|date|allow|retry-after|connection|x-accel-buffering|cache-control|www-authenticate|user-agent|transfer-encoding|x-powered-by)$/

/** Names and values of headers; of those that may hold a secret only the name. */
export function headersText(headers: Iterable<[string, string]>): string {
  return [...headers]
    .map(([name, value]) => `${name}: ${harmless.test(name.toLowerCase()) ? oneLine(value, 120) : '***'}`)
    .join(', ')
}

/** The beginning of a body on one line. */
export function bodyText(body: string): string {
  return oneLine(body, bodyHead)
}
