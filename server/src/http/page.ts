import express, { Router } from 'express'
import type { Mount } from './mount.ts'

/** The page needs nothing from elsewhere and no inline code, so nothing else is allowed to run in it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** `GET /`: the built status page. Files with a hash in their name are kept by browsers, the page itself is not. */
export function mountPage(directory: string): Mount {
  const router = Router()
  router.use((_req, res, next) => {
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    next()
  })
  router.use('/assets', express.static(`${directory}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }))
  router.use(express.static(directory, { maxAge: 0 }))
  return { path: '/', method: 'any', handler: router }
}
