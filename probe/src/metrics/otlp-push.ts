import { z } from 'zod'
import { oneOf, readSecret, secretKeys, secretOf, type Secret } from '../alerts/secret.ts'
import { send } from '../alerts/send.ts'
import { duration } from '../config/words.ts'

/** Where metrics are pushed to. */
export interface OtlpPush {
  url: string
  everyMs: number
  bearer: Secret | null
}

/** `otlp` in the file: a collector that takes OTLP over HTTP as JSON. `/v1/metrics` is added to an address without a path. */
export const OtlpSettings = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }),
    ...secretKeys('bearer'),
    every: duration(1000, 3_600_000).default(60_000),
  })
  .refine(...oneOf('bearer', 'optional'))
  .transform((settings): OtlpPush => {
    const url = new URL(settings.url)
    if (url.pathname === '/') url.pathname = '/v1/metrics'
    return { url: url.href, everyMs: settings.every, bearer: secretOf(settings, 'bearer') }
  })

/** Pushes what `request` gives until it is stopped. A push that fails is not repeated: the next one has all of it. */
export function startPushing(
  { url, everyMs, bearer }: OtlpPush,
  request: () => object,
  complain: (sentence: string) => void,
): { stop(): void } {
  const stopping = new AbortController()
  let isUnderWay = false
  let wasWell = true
  const push = async () => {
    if (isUnderWay) return
    isUnderWay = true
    const attempt = await send(async () => {
      const headers: Record<string, string> = { 'content-type': 'application/json' }
      if (bearer !== null) headers['authorization'] = `Bearer ${await readSecret(bearer)}`
      return { url, headers, body: JSON.stringify(request()) }
    }, stopping.signal)
    isUnderWay = false
    if (stopping.signal.aborted) return
    if (!attempt.ok && wasWell) complain(`metrics could not be pushed: ${attempt.words}`)
    if (attempt.ok && !wasWell) complain('metrics are pushed again')
    wasWell = attempt.ok
  }
  const timer = setInterval(() => void push(), everyMs)
  return {
    stop() {
      clearInterval(timer)
      stopping.abort()
    },
  }
}
