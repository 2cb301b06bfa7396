import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asError, type Answer, type Route } from './route.ts'

/** The same place from the sources and from the built program. */
const DIRECTORY = fileURLToPath(new URL('../../../web/dist/page', import.meta.url))

/** As on the server: the page needs nothing from elsewhere and no inline code. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Read once, so that a probe whose disk fails still has its page, and no request names a file. */
let files: ReadonlyMap<string, Answer> | null = null

/** The status page, and every address that no other route has. */
export const page: Route = {
  path: '/',
  answer(_query, _serving, path) {
    files ??= readPage(DIRECTORY)
    if (files.size === 0)
      return asError(503, 'The status page is not built: run npm run build, and start the probe again.')
    return (
      files.get(path === '/' ? '/index.html' : path) ??
      asError(
        404,
        'There is nothing here; see /, /metrics, /probe, /history.json, /incidents.rss, /health, /api/status.',
      )
    )
  },
}

function readPage(directory: string): Map<string, Answer> {
  const names = filesIn(directory).filter((name) => extname(name) in types)
  return new Map(
    names.map((name) => {
      const path = `/${name.split(sep).join('/')}`
      const kept = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=0'
      const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY, 'cache-control': kept }
      const body = readFileSync(join(directory, name), 'utf8')
      return [path, { status: 200, type: types[extname(name)] ?? '', body, headers }]
    }),
  )
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
