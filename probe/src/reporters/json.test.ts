import { ProbeResult } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { exampleResult } from '../example-result.ts'
import { jsonLine } from './json.ts'

test('a line is one JSON object, exactly the result', () => {
  const result = exampleResult({
    status: 'fail',
    exit_code: 2,
    reason: 'unreachable',
    message: 'two\nlines',
    failed_step: 'handshake',
    duration_ms: 1.5,
    steps: [{ name: 'handshake', ok: false, duration_ms: 1.5 }],
  })
  const line = jsonLine(result)
  expect(line).not.toContain('\n')
  expect(ProbeResult.strict().parse(JSON.parse(line))).toEqual(result)
})
