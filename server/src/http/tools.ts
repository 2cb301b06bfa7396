import { Router, type Request, type Response } from 'express'
import { closestName } from '../closest-name.ts'
import type { Log } from '../log.ts'
import { runTool } from '../tools/run-tool.ts'
import type { Tool } from '../tools/tool.ts'
import { httpStatus } from './http-status.ts'
import { jsonBody } from './json-body.ts'
import type { Mount } from './mount.ts'
import { plainAddress } from './plain-address.ts'
import { refuseForeign } from './same-origin.ts'

/** Tools that are taken away by READ_ONLY are missed by people, so they are told why. */
const NOT_OFFERED = 'Nothing can be changed here: the server is read-only (READ_ONLY=1).'

/**
 * `POST /api/tools/NAME`: what MCP clients can do, for the page. The body has the arguments of the tool, the answer is its
 * structured output; what goes wrong is `{ error }`, with 400, 403 (read-only), 404, 409, 415, 500 or 503.
 *
 * @param all every tool there is
 * @param offered those of them that this server offers
 */
export function mountTools(all: Tool[], offered: Tool[], log: Log): Mount {
  const router = Router()
  const call = async (req: Request, res: Response) => {
    const name = String(req.params['tool'])
    const tool = offered.find((one) => one.name === name)
    if (!tool) return void refuseUnknown(name, all, res)
    const gone = new AbortController()
    res.once('close', () => res.writableEnded || gone.abort())
    const asking = { principal: null, via: viaPage(req), signal: gone.signal, progress: async () => undefined }
    const { answer, refused } = await runTool(tool, req.body ?? {}, { ...asking, log })
    res.setHeader('Cache-Control', 'no-store')
    if (refused) return void res.status(httpStatus[refused.code]).json({ error: refused.error })
    res.json(answer.output)
  }
  router.post('/:tool', refuseForeign, jsonBody(), (req, res) => call(req, res))
  router.all('/:tool', (_req, res) => {
    res.setHeader('Allow', 'POST')
    res.status(405).json({ error: 'Tools are called by POST, with their arguments as JSON.' })
  })
  return { path: '/api/tools', method: 'any', handler: router }
}

/** Who asks, as far as it is known: the address is that of a proxy where one is in front. */
export const viaPage = (req: Request): string => `page ${plainAddress(req.socket.remoteAddress)}`

function refuseUnknown(name: string, all: Tool[], res: Response) {
  const names = all.map((tool) => tool.name)
  if (names.includes(name)) return res.status(403).json({ error: NOT_OFFERED })
  const meant = closestName(name, names)
  const hint = meant ? `did you mean "${meant}"?` : `the tools are: ${names.join(', ')}.`
  return res.status(404).json({ error: `There is no tool "${name.slice(0, 100)}"; ${hint}` })
}
