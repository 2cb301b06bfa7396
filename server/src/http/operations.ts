import { z } from 'zod'
import { ListOperationsInput } from '../contract.ts'
import { OpsError } from '../errors.ts'
import type { Operations } from '../operations/operations.ts'
import { mistakes } from '../tools/run-tool.ts'
import type { Mount } from './mount.ts'

const Query = ListOperationsInput.extend({ limit: z.coerce.number().pipe(z.int().min(1).max(50)).optional() })

/** `GET /api/operations`: who did what, a page of ListOperationsOutput. Wrong parameters are refused with 400. */
export const mountOperations = (operations: Operations): Mount => ({
  path: '/api/operations',
  method: 'get',
  handler: async (req, res) => {
    const given = Object.entries(req.query).filter(([, value]) => value !== '')
    const page = Query.safeParse(Object.fromEntries(given))
    if (!page.success) throw new OpsError('invalid_input', `Wrong parameters: ${mistakes(page.error)}.`)
    res.setHeader('Cache-Control', 'no-store')
    res.json(await operations.list(page.data))
  },
})
