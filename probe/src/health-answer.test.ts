import { expect, test } from 'vitest'
import { judgeAnswer } from './health-answer.ts'

const text = (words: string) => [{ type: 'text' as const, text: words }]
const object = (structuredContent: object) => ({ content: [], structuredContent: { ...structuredContent } })

test.each([
  [{ healthy: true }, 'pass'],
  [{ healthy: false }, 'fail'],
  [{ ok: true }, 'pass'],
  [{ status: 'OK' }, 'pass'],
  [{ status: 'healthy' }, 'pass'],
  [{ status: 'warning' }, 'warn'],
  [{ status: 'DOWN' }, 'fail'],
  [{ healthy: true, status: 'degraded' }, 'warn'],
  [{ healthy: true, status: 'critical' }, 'fail'],
  [{ healthy: true, status: 'a word of their own' }, 'pass'],
] as const)('%j of a stranger is %s', (report, status) => {
  expect(judgeAnswer(object(report), false).verdict.status).toBe(status)
})

test('words alone are taken when they are a verdict', () => {
  expect(judgeAnswer({ content: text('OK') }, false).verdict.status).toBe('pass')
  expect(judgeAnswer({ content: text('{"status":"down"}') }, false).verdict).toMatchObject({
    status: 'fail',
    reason: 'unhealthy',
  })
})

test('an answer that is marked as no error is a verdict, one without mark and words is none', () => {
  expect(judgeAnswer({ content: text('queue fine, 3 waiting'), isError: false }, false).verdict.status).toBe('pass')
  expect(() => judgeAnswer({ content: text('queue fine, 3 waiting') }, false)).toThrow('answered no health report')
})

test('a verdict that is marked as an error fails; an error without verdict is a tool that failed', () => {
  expect(judgeAnswer({ ...object({ status: 'ok' }), isError: true }, false).verdict.status).toBe('fail')
  const failed = () => judgeAnswer({ content: text('boom'), isError: true }, false)
  expect(failed).toThrow(expect.objectContaining({ reason: 'tool_failed', message: 'reported an error: boom' }))
})

test('Queue Ops itself owes a report', () => {
  expect(() => judgeAnswer(object({ healthy: true }), true)).toThrow(expect.objectContaining({ reason: 'no_report' }))
})
