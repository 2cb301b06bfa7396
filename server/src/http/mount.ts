import type { RequestHandler } from 'express'

/** One address of the server and what answers there. */
export interface Mount {
  path: string
  /** `get`: this very address, by GET and HEAD. `any`: it and all below it, by whatever method. */
  method: 'get' | 'any'
  handler: RequestHandler
}
