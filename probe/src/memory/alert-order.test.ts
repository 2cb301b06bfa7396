import { ProbeAlert, type CheckStatus } from '@queue-ops/server/contract'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { AlertChannels } from '../alerts/list.ts'
import { exampleResult } from '../example-result.ts'
import { defaultRetention } from '../history/retention.ts'
import { alertDefaults } from '../target.ts'
import { Memory } from './memory.ts'

// For what hangs: no test is decided by its time.
vi.setConfig({ testTimeout: 60_000 })

let folder: string
let server: Server
let url: string
let time: number
let isFailing: boolean
/** What the receiver took, and when. */
let taken: { body: unknown; at: number }[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'queue-probe-'))
  ;[time, isFailing, taken] = [Date.UTC(2026, 10, 24, 12), false, []]
  server = createServer(async (request, response) => {
    const body: unknown = JSON.parse(await text(request))
    if (!isFailing) taken.push({ body, at: time })
    response.writeHead(isFailing ? 503 : 202).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const alert = { ...alertDefaults, failAfter: { bad: 1, of: 1 }, resolveAfter: 1 }
const target = { name: 'shop', intervalMs: 30_000, alert }

function openMemory(settings: object): Memory {
  const path = join(folder, 'h.sqlite')
  const channels = AlertChannels.parse([{ url, ...settings }])
  const more = { retention: defaultRetention, targets: [target], isWatchedElsewhere: () => false, isScheduled: true }
  const world = { clock: { now: () => new Date(time) }, complain: () => undefined }
  return new Memory({ path, channels, ...more }, world)
}

function run(memory: Memory, status: CheckStatus) {
  time += target.intervalMs
  const message = status
  memory.record(exampleResult({ time: new Date(time).toISOString(), target: target.name, status, message }), target)
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 30_000, interval: 5 })
const waiting = (memory: Memory) => memory.undelivered.flatMap(({ messages }) => messages)

/** Delivered or put off. */
const untilAllIsTried = (memory: Memory) =>
  until(() => expect(Math.min(...waiting(memory).map(({ nextAt }) => nextAt))).toBeGreaterThan(time))

/** The probe is killed and started again once the message that is tried next is due. */
async function restartedWhenDue(memory: Memory, settings: object): Promise<Memory> {
  await memory.close(0)
  time = Math.max(time, ...waiting(memory).map(({ nextAt }) => nextAt))
  return openMemory(settings)
}

const Page = z.object({
  event_action: z.string(),
  payload: z.object({ custom_details: z.object({ incident_id: z.string() }) }),
})
const Posted = z.tuple([z.object({ startsAt: z.iso.datetime(), endsAt: z.iso.datetime() })])

/** Of each kind of channel what it has to be told, and the incident and the state in what it sends. */
const kinds: Record<
  string,
  { settings: object; read(body: unknown, at: number): [incident: string, state: 'open' | 'over'] }
> = {
  webhook: {
    settings: { type: 'webhook' },
    read(body) {
      const { incident_id, event } = ProbeAlert.parse(body)
      return [incident_id, event === 'resolve' ? 'over' : 'open']
    },
  },
  pagerduty: {
    settings: { type: 'pagerduty', routing_key: 'k' },
    read(body) {
      const { event_action, payload } = Page.parse(body)
      return [payload.custom_details.incident_id, event_action === 'resolve' ? 'over' : 'open']
    },
  },
  alertmanager: {
    settings: { type: 'alertmanager' },
    read(body, at) {
      const [{ startsAt, endsAt }] = Posted.parse(body)
      return [startsAt, Date.parse(endsAt) > at ? 'open' : 'over']
    },
  },
}

describe.each(Object.entries(kinds))('two incidents of one target, told to %s that fails meanwhile', (_, kind) => {
  const { settings, read } = kind
  const told = () => taken.map(({ body, at }) => read(body, at))

  test.each([
    ['delivered', 'goes on'],
    ['delivered', 'is started anew'],
    ['not delivered', 'goes on'],
    ['not delivered', 'is started anew'],
  ])('the first beginning %s, the probe %s: the old end comes before the new beginning', async (first, probe) => {
    let memory = openMemory(settings)
    isFailing = first === 'not delivered'
    run(memory, 'fail')
    await untilAllIsTried(memory)
    isFailing = true
    run(memory, 'pass')
    // Each pause is longer than the one before: what is new is due much earlier than what is old.
    for (let attempt = 1; attempt <= 4; attempt++) {
      await untilAllIsTried(memory)
      memory = await restartedWhenDue(memory, settings)
    }
    await untilAllIsTried(memory)
    run(memory, 'fail')
    await untilAllIsTried(memory)
    if (probe === 'is started anew') {
      memory = await restartedWhenDue(memory, settings)
      await untilAllIsTried(memory)
    }
    isFailing = false
    run(memory, 'pass')
    await until(() => expect(waiting(memory)).toEqual([]))

    const [one, two] = [told()[0]?.[0], told().at(-1)?.[0]]
    expect(one).not.toBe(two)
    expect(told()).toEqual([
      [one, 'open'],
      [one, 'over'],
      [two, 'open'],
      [two, 'over'],
    ])
    await memory.close(0)
  })
})
