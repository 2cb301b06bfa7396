import { parse } from 'node:path'
import { ExportFormat } from '../contract.ts'
import { exportStem } from '../exports/export-names.ts'
import { formats } from '../exports/formats/list.ts'
import type { Mount } from './mount.ts'

export const DOWNLOADS_PATH = '/exports'

/** `GET /exports/<file>`: a finished export, as an attachment; ranges and conditional requests are answered. */
export const mountDownloads = (directory: string): Mount => ({
  path: `${DOWNLOADS_PATH}/:file`,
  method: 'get',
  handler: (req, res, next) => {
    const file = String(req.params['file'])
    const { name, ext } = parse(file)
    const format = ExportFormat.safeParse(ext.slice(1))
    if (!exportStem.test(name) || !format.success) return notFound()
    res.attachment(file)
    res.setHeader('Content-Type', formats[format.data].contentType)
    res.sendFile(file, { root: directory, cacheControl: false }, (error: (Error & { status?: number }) | undefined) => {
      if (!error || res.headersSent) return
      if (error.status === 404) return notFound()
      next(error)
    })

    function notFound() {
      res.removeHeader('Content-Disposition')
      res.status(404).json({ error: 'There is no such file: take download_url from get_export_status.' })
    }
  },
})
