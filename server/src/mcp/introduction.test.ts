import { expect, test } from 'vitest'
import { instructionsFor } from './introduction.ts'
import type { OfferedTools } from './offered-tools.ts'

const offering = (...names: string[]) =>
  ({ list: () => ({ tools: names.map((name) => ({ name })) }) }) as unknown as OfferedTools

test('a model is taught only what it can do', () => {
  const all = instructionsFor(offering('start_export', 'list_dead_letters', 'retry_dead_letters'))
  expect(all).toMatch(/start_export[\s\S]*list_dead_letters[\s\S]*confirm_token/)
  const readOnly = instructionsFor(offering('list_dead_letters', 'health_check'))
  expect(readOnly).toContain('get_job shows one')
  expect(readOnly).not.toMatch(/start_export|retry/)
})
