import { basename, dirname } from 'node:path'
import type { Response } from 'express'
import type { ExportFiles, Handout } from '../exports/files/export-files.ts'
import { exportFileType } from '../exports/files/file-name.ts'
import type { Log } from '../log.ts'
import type { Mount } from './mount.ts'

export const DOWNLOADS_PATH = '/exports'

const LEASE_EVERY_MS = 10_000

/**
 * `GET /exports/<file>`: a finished export, as an attachment. From a disk with answers to ranges and conditional requests;
 * from an object storage as a redirection to a link that is good for a few minutes.
 */
export const mountDownloads = (files: ExportFiles, log: Log): Mount => ({
  path: `${DOWNLOADS_PATH}/:file`,
  method: 'get',
  handler: async (req, res, next) => {
    const name = String(req.params['file'])
    const type = exportFileType(name)
    const handout = type && (await files.handOut(name, req.method === 'HEAD' ? 'HEAD' : 'GET'))
    if (!handout) return notFound(res)
    if (handout.kind === 'link') {
      res.setHeader('Cache-Control', 'no-store')
      return void res.status(302).location(handout.url).end()
    }
    await holdWhileSent(files, name, res, log)
    res.attachment(name)
    res.setHeader('Content-Type', type)
    sendFile(res, handout, next)
  },
})

function sendFile(res: Response, { path, etag }: Extract<Handout, { kind: 'file' }>, next: (error: Error) => void) {
  res.setHeader('ETag', etag)
  const options = { root: dirname(path), cacheControl: false }
  res.sendFile(basename(path), options, (error: (Error & { status?: number }) | undefined) => {
    if (!error || res.headersSent) return
    if (error.status === 404) return notFound(res)
    if (error.status === 416) return outOfRange(res)
    next(error)
  })
}

/** Whoever sweeps must see that the file is being read, for as long as the client takes. */
async function holdWhileSent(files: ExportFiles, name: string, res: Response, log: Log) {
  const timer = setInterval(() => void files.lease(name).catch(() => undefined), LEASE_EVERY_MS)
  res.once('close', () => clearInterval(timer))
  // Whoever may only read can hand out, too; what is held then is the open file, but nothing that is resumed later.
  await files
    .lease(name)
    .catch((error: unknown) => log.warn({ event: 'lease_failed', file: name, err: error }, 'a download is not held'))
}

const notFound = (res: Response) =>
  refuse(
    res,
    404,
    'There is no such file, or not any more: exported files are kept for a limited time. Take download_url from get_export_status, or start the export again.',
  )

const outOfRange = (res: Response) =>
  refuse(
    res,
    416,
    'The range begins behind the end of the file, whose size is in Content-Range: ask for less, or for the whole file without Range.',
  )

/** In place of the file, whose headers may be there already. */
function refuse(res: Response, status: number, error: string) {
  for (const header of ['Content-Disposition', 'Content-Type', 'ETag']) res.removeHeader(header)
  res.status(status).json({ error })
}
