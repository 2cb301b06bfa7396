import type { Incident, ProbeResult, WatchedTarget } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import type { Message } from '../alerts/message.ts'
import { wellnessOf } from './wellness.ts'

const startedAt = new Date('2026-11-24T12:00:00.000Z')
const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000)
const probed = (at: Date) => ({ time: at.toISOString() }) as ProbeResult

const target: WatchedTarget = {
  name: 'exports',
  interval_ms: 30_000,
  status: 'pass',
  since: null,
  last_result: probed(after(5)),
  last_pass_at: null,
  last_canary: null,
  incident: null,
  in_maintenance: false,
}
const wellness = (more: Partial<WatchedTarget>, at: number, undelivered: Message[] = []) =>
  wellnessOf([target, { ...target, ...more }], undelivered, startedAt, after(at))

test('well is that every target is probed and none has an incident', () => {
  expect(wellness({}, 10)).toBe('well')
  expect(wellness({ status: 'warn' }, 10)).toBe('well')
})

test('before the first run of every target it is not known', () =>
  expect(wellness({ last_result: null }, 10)).toBe('not known'))

test('a target that is not probed any more is trouble', () => {
  expect(wellness({ name: 'mails' }, 156)).toEqual({ trouble: 'exports is not being probed' })
  expect(wellness({ name: 'mails', last_result: null }, 151)).toEqual({ trouble: 'mails is not being probed' })
})

test('an incident is trouble, and so is an alert that does not arrive', () => {
  const incident = { message: 'no consumer' } as Incident
  expect(wellness({ incident }, 10)).toEqual({ trouble: 'exports: no consumer' })
  expect(wellness({ incident, in_maintenance: true }, 10)).toBe('well')
  const message = (createdAt: Date) => ({ channel: 'hook', createdAt: createdAt.getTime() }) as Message
  const fresh = { last_result: probed(after(400)) }
  const check = (created: Date) => wellnessOf([{ ...target, ...fresh }], [message(created)], startedAt, after(401))
  expect(check(after(200))).toBe('well')
  expect(check(after(100))).toEqual({ trouble: 'alerts to hook cannot be delivered' })
})
