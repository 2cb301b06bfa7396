import type { Job } from 'bullmq'
import { operation } from './operation.ts'
import type { Random } from './random.ts'
import { places, type Side } from './side.ts'

const FAR = 10_000_000

type Held = Side['held'][number]

/** Which of the jobs in hand, whose number is known when it is done. */
const anyHeld = (random: Random) => ({ which: random.number() })

/** Does something with one of the jobs in hand, if there is one. */
async function withHeld(side: Side, which: number, work: (held: Held) => Promise<unknown>, letsGo = true) {
  const at = Math.floor(which * side.held.length)
  const held = side.held[at]
  if (!held) return 'nothing in hand'
  if (letsGo) side.held.splice(at, 1)
  return work(held)
}

const taken = (job: Job) => [job.id, job.name, job.attemptsMade, job.attemptsStarted, job.stalledCounter]

export const working = [
  operation(
    'take',
    (random, { step }) => ({ from: random.pick(places), token: `token-${step}` }),
    async (side, { from, token }) => {
      const job = await side.takers[from].tryTake(token)
      if (!job) return null
      side.held.push({ job, token })
      return taken(job)
    },
  ),
  operation('complete', anyHeld, (side, { which }) =>
    withHeld(side, which, async ({ job, token }) => {
      await job.moveToCompleted(`result of ${job.name}`, token, false)
    }),
  ),
  operation('fail', anyHeld, (side, { which }) =>
    withHeld(side, which, async ({ job, token }) => {
      await job.moveToFailed(new Error(`${job.name} is broken`), token, false)
      return [job.attemptsMade, job.failedReason]
    }),
  ),
  operation('putOff', anyHeld, (side, { which }) =>
    withHeld(side, which, ({ job, token }) => job.moveToDelayed(Date.now() + FAR, token)),
  ),
  operation('giveBack', anyHeld, (side, { which }) =>
    withHeld(side, which, async ({ job, token }) => {
      await job.moveToWait(token)
    }),
  ),
  operation('waitForChildren', anyHeld, (side, { which }) =>
    withHeld(
      side,
      which,
      async (held) => {
        const waits = await held.job.moveToWaitingChildren(held.token)
        if (waits) side.held.splice(side.held.indexOf(held), 1)
        return waits
      },
      false,
    ),
  ),
]
