import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { channel, shared } from './channel.ts'
import { oneOf, readSecret, readUrl, secretKeys, secretOf } from './secret.ts'

/**
 * The alert as JSON. With a secret, `X-Probe-Signature: sha256=…` is the HMAC-SHA256, in hexadecimal, of the value of
 * `X-Probe-Timestamp` (seconds since 1970), a full stop and the body.
 */
export const webhook = z
  .strictObject({ type: z.literal('webhook'), ...shared, ...secretKeys('url'), ...secretKeys('hmac_secret') })
  .refine(...oneOf('url', 'required'))
  .refine(...oneOf('hmac_secret', 'optional'))
  .transform((settings) => {
    const url = secretOf(settings, 'url') ?? { value: '' }
    const secret = secretOf(settings, 'hmac_secret')
    return channel(settings, async (alert, { id, now }) => {
      const body = JSON.stringify(alert)
      const headers: Record<string, string> = { 'content-type': 'application/json', 'idempotency-key': id }
      if (secret !== null) {
        const timestamp = String(Math.floor(now.getTime() / 1000))
        const hmac = createHmac('sha256', await readSecret(secret)).update(`${timestamp}.${body}`)
        headers['x-probe-timestamp'] = timestamp
        headers['x-probe-signature'] = `sha256=${hmac.digest('hex')}`
      }
      return { url: await readUrl(url), headers, body }
    })
  })
