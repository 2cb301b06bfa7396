import { readFile } from 'node:fs/promises'
import express, { Router, type RequestHandler } from 'express'
import type { Mount } from './mount.ts'

/** The page needs nothing from elsewhere and no inline code, so nothing else is allowed to run in it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

/** The addresses of the page's views, which the page itself tells apart. */
const VIEWS = [/^\/(?:queues|operations)\/./, '/operations', '/exports', '/']

/**
 * The built status page: `GET /` and the addresses of its views. Files with a hash in their name are kept by browsers, the
 * page itself is not.
 */
export function mountPage(directory: string): Mount {
  const router = Router()
  router.use((_req, res, next) => {
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    next()
  })
  router.use('/assets', express.static(`${directory}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }))
  router.use(express.static(directory, { maxAge: 0, index: false }))
  router.get(VIEWS, view(`${directory}/index.html`))
  return { path: '/', method: 'any', handler: router }
}

function view(file: string): RequestHandler {
  return async (req, res) => {
    const index = await readFile(file, 'utf8')
    res.setHeader('Cache-Control', 'public, max-age=0')
    res.type('html').send(index.replace('<base href="./"', `<base href="${wayUp(req.path)}"`))
  }
}

/** From an address to the page's own: `../` for `/queues/mail`. Relative, since a proxy may serve it under a path. */
function wayUp(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './'
}
