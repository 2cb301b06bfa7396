import { z } from 'zod'
import { duration, onOff } from '../config/words.ts'
import type { Channel } from './channel.ts'
import { oneOf, readUrl, secretKeys, secretOf, type Secret } from './secret.ts'
import { send } from './send.ts'

/** `heartbeat` in the file: whom to call while all is well, so that silence is an alarm of its own. */
export const HeartbeatSettings = z
  .strictObject({ ...secretKeys('url'), every: duration(1000, 86_400_000).default(60_000), fail: onOff.default(false) })
  .refine(...oneOf('url', 'required'))
  .transform((settings): Heartbeat => ({
    url: secretOf(settings, 'url') ?? { value: '' },
    everyMs: settings.every,
    tellsFailure: settings.fail,
  }))

export interface Heartbeat {
  url: Secret
  everyMs: number
  /** Whether `/fail` behind the address is called when something is not well, as healthchecks.io wants it. */
  tellsFailure: boolean
}

/** Whether all is well; `not known` before every target was probed once. */
export type Wellness = 'well' | 'not known' | { trouble: string }

interface Surroundings {
  wellness(): Wellness
  complain(sentence: string): void
  onOutcome(channel: Channel['name'], event: 'ping' | 'fail', outcome: 'delivered' | 'failed'): void
}

/** Calls until it is stopped. One that fails is not repeated: the next one comes. */
export function startHeartbeat({ url, everyMs, tellsFailure }: Heartbeat, world: Surroundings): { stop(): void } {
  const stopping = new AbortController()
  let wasWell = true
  let isUnderWay = false
  const beat = async () => {
    const wellness = world.wellness()
    if (isUnderWay || wellness === 'not known' || (wellness !== 'well' && !tellsFailure)) return
    isUnderWay = true
    const event = wellness === 'well' ? 'ping' : 'fail'
    const body = wellness === 'well' ? '' : wellness.trouble
    const attempt = await send(
      async () => ({ url: addressOf(await readUrl(url), event), headers: {}, body }),
      stopping.signal,
    )
    isUnderWay = false
    if (stopping.signal.aborted) return
    world.onOutcome('heartbeat', event, attempt.ok ? 'delivered' : 'failed')
    if (!attempt.ok && wasWell) world.complain(`the heartbeat could not be sent: ${attempt.words}`)
    if (attempt.ok && !wasWell) world.complain('the heartbeat is sent again')
    wasWell = attempt.ok
  }
  const timer = setInterval(() => void beat(), everyMs)
  return {
    stop() {
      clearInterval(timer)
      stopping.abort()
    },
  }
}

function addressOf(address: string, event: 'ping' | 'fail'): string {
  if (event === 'ping') return address
  const url = new URL(address)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`
  return url.href
}
