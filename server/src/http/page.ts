import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import compression from 'compression'
import { Router, type RequestHandler } from 'express'
import staticGzip from 'express-static-gzip'
import type { PageAsked, RenderPage, StatusReport } from '../contract.ts'
import { inTime } from '../queue/in-time.ts'
import type { Log } from '../log.ts'
import type { Mount } from './mount.ts'

/** The page needs nothing from elsewhere and no inline code, so nothing else is allowed to run in it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"

/** The addresses of the page's views, which the page itself tells apart. */
const VIEWS = [/^\/(?:queues|operations)\/./, /^\/(?:queues|operations|exports)?$/]

type ReadStatus = () => Promise<StatusReport>

/** A page that has to ask is better than none: a store that hangs does not hold it up. */
const STATUS_WITHIN_MS = 1000

/**
 * The status page as it was built into `directory`: `GET /` and the addresses of its views, as HTML with what is known in it.
 * Files with a hash in their name are kept by browsers, the page itself is not.
 */
export function mountPage(directory: string, readStatus: ReadStatus, log: Log): Mount {
  const router = Router()
  router.use((_req, res, next) => {
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY)
    next()
  })
  router.get(VIEWS, compression(), view(directory, readStatus, log))
  router.use('/assets', files(`${directory}/page/assets`, { immutable: true, maxAge: '1y' }))
  router.use(files(`${directory}/page`, { maxAge: 0 }))
  return { path: '/', method: 'any', handler: router }
}

/** The build has put a compressed file beside each; one that is gone since, as by another build, is one that never was. */
function files(directory: string, settings: { immutable?: boolean; maxAge: string | number }): RequestHandler[] {
  const serveStatic = { ...settings, redirect: false }
  return [
    staticGzip(directory, { enableBrotli: true, orderPreference: ['br'], index: false, serveStatic }),
    (_req, res, next) => {
      for (const name of ['Content-Encoding', 'Content-Type']) res.removeHeader(name)
      next()
    },
  ]
}

function view(directory: string, readStatus: ReadStatus, log: Log): RequestHandler {
  let built: Promise<Built> | null = null
  return async (req, res) => {
    built ??= readBuilt(directory)
    const { index, renderPage } = await built
    const asked = { address: req.originalUrl.slice(1), wayUp: wayUp(req.path), now: Date.now() }
    const status = await inTime(
      STATUS_WITHIN_MS,
      readStatus().catch(() => null),
      () => null,
    )
    const { html, isKnown } = render(renderPage, index, { ...asked, status }, log)
    res.setHeader('Cache-Control', 'no-store')
    res
      .status(isKnown ? 200 : 404)
      .type('html')
      .send(html)
  }
}

interface Built {
  index: string
  renderPage: RenderPage
}

/** Read when it is asked for the first time: most processes never are, and what makes the HTML is large. */
async function readBuilt(directory: string): Promise<Built> {
  const [index, { renderPage }] = await Promise.all([
    readFile(`${directory}/page/index.html`, 'utf8'),
    import(pathToFileURL(`${directory}/render/render.js`).href) as Promise<{ renderPage: RenderPage }>,
  ])
  return { index, renderPage }
}

/** A browser can make all of it by itself, so whatever is wrong with what is known costs no more than time. */
function render(renderPage: RenderPage, index: string, asked: PageAsked, log: Log): ReturnType<RenderPage> {
  try {
    return renderPage(index, asked)
  } catch (error) {
    log.error({ event: 'page_not_rendered', err: error }, 'the first HTML of the status page could not be made')
    return { html: index.replace('<base href="./"', `<base href="${asked.wayUp}"`), isKnown: true }
  }
}

/** From an address to the page's own: `../` for `/queues/mail`. Relative, since a proxy may serve it under a path. */
function wayUp(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './'
}
