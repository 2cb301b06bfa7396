import type { ProbeAlert } from '@queue-ops/server/contract'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Courier } from './courier.ts'
import type { Message } from './message.ts'

// For what hangs: no test is decided by its time.
vi.setConfig({ testTimeout: 60_000 })

let server: Server
let url: string
let answer: (attempt: number) => { status: number; headers?: Record<string, string> }
let attempts: number
let time: number
let complaints: string[]
let outcomes: string[]

beforeEach(async () => {
  attempts = 0
  time = 1_000_000
  complaints = []
  outcomes = []
  server = createServer((_, response) => {
    const { status, headers = {} } = answer(attempts++)
    response.writeHead(status, headers).end('echo of /a/secret/path')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a/secret/path`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function courier(): Courier {
  const request = async () => ({ url, headers: {}, body: '{}' })
  const channel = { name: 'hook', wishes: { minSeverity: 'warn' as const, refreshMs: null }, targets: null, request }
  return new Courier(channel, {
    now: () => new Date(time),
    complain: (sentence) => void complaints.push(sentence),
    onChange: () => undefined,
    onOutcome: (_channel, event, outcome) => void outcomes.push(`${event} ${outcome}`),
  })
}

const message = (event: ProbeAlert['event'] = 'fail'): Message => ({
  id: event,
  channel: 'hook',
  alert: { event, dedup_key: 'k', target: 'exports' } as ProbeAlert,
  createdAt: time,
  attempts: 0,
  nextAt: time,
  order: 0,
})

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 30_000, interval: 10 })

test('pauses grow, the end waits for its beginning, and what is delivered is gone', async () => {
  answer = (attempt) => ({ status: attempt < 2 ? 500 : 204 })
  const hook = courier()
  hook.add([message('fail'), message('resolve')])
  for (const [count, pause] of [
    [1, 1000],
    [2, 5000],
  ] as const) {
    await until(() => expect(hook.messages[0]?.attempts).toBe(count))
    const wait = (hook.messages[0]?.nextAt ?? 0) - time
    expect(Math.abs(wait - pause)).toBeLessThanOrEqual(pause * 0.1)
    expect(attempts).toBe(count)
    time += wait
    // Looks at the clock at once.
    hook.add([])
  }
  await until(() => expect(hook.messages).toEqual([]))
  expect(outcomes).toEqual(['fail retried', 'fail retried', 'fail delivered', 'resolve delivered'])
  expect(complaints).toEqual([
    'an alert to hook could not be delivered and is tried again: HTTP 500 Internal Server Error',
    'alerts to hook are delivered again',
  ])
  await hook.stop(0)
})

test('what is new has what waits before it tried at once, and begins with short pauses', async () => {
  answer = (attempt) => ({ status: attempt < 4 ? 500 : 204 })
  const hook = courier()
  hook.add([message('fail')])
  for (let count = 1; count <= 3; count++) {
    await until(() => expect(hook.messages[0]?.attempts).toBe(count))
    if (count < 3) time = hook.messages[0]?.nextAt ?? 0
    hook.add([])
  }
  hook.add([message('resolve')])
  await until(() => expect(attempts).toBe(4))
  await until(() => expect(hook.messages[1]?.attempts).toBe(1))
  const [fail, resolve] = hook.messages
  expect(fail?.nextAt).toBe(resolve?.nextAt)
  expect((fail?.nextAt ?? 0) - time).toBeLessThanOrEqual(1100)
  time = fail?.nextAt ?? 0
  hook.add([])
  await until(() => expect(hook.messages).toEqual([]))
  expect(outcomes.slice(-2)).toEqual(['fail delivered', 'resolve delivered'])
  await hook.stop(0)
})

test('a receiver may say when it wants to be asked again', async () => {
  answer = () => ({ status: 429, headers: { 'retry-after': '120' } })
  const hook = courier()
  hook.add([message()])
  await until(() => expect(hook.messages[0]?.attempts).toBe(1))
  expect((hook.messages[0]?.nextAt ?? 0) - time).toBeGreaterThanOrEqual(108_000)
  await hook.stop(0)
})

test.each([400, 413, 422])('what is refused as wrong (%i) is given up at once', async (status) => {
  answer = () => ({ status })
  const hook = courier()
  hook.add([message()])
  await until(() => expect(hook.messages).toEqual([]))
  expect(outcomes).toEqual(['fail given_up'])
  expect(complaints[0]).toMatch(/^an alert to hook is given up \(fail of exports\): HTTP 4/)
  expect(complaints[0]).not.toContain('secret')
  await hook.stop(0)
})

test('a redirect is no success and is not followed', async () => {
  answer = () => ({ status: 307, headers: { location: url } })
  const hook = courier()
  hook.add([message()])
  await until(() => expect(outcomes).toEqual(['fail retried']))
  expect(attempts).toBe(1)
  await hook.stop(0)
})

test('after a day it is given up', async () => {
  answer = () => ({ status: 500 })
  const hook = courier()
  hook.add([{ ...message(), createdAt: time - 86_400_001 }])
  await until(() => expect(outcomes).toEqual(['fail given_up']))
  await hook.stop(0)
})

test('a clock that was put back by hours holds up nothing', async () => {
  answer = () => ({ status: 204 })
  const hook = courier()
  hook.add([{ ...message(), nextAt: time + 7_200_000 }])
  await until(() => expect(hook.messages).toEqual([]))
  await hook.stop(0)
})
