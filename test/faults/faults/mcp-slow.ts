import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fault.ts'
import { AT_ONCE } from '../windows.ts'

/** More than any step of the probe waits for. */
const SLOW_MS = 8000

export const mcpSlow: Fault = {
  name: 'MCP server slow',
  how: 'every answer, of all addresses, comes after 8 s',
  system: { store: 'redis' },
  seenAs: ['timeout'],
  window: AT_ONCE,
  async inject({ front }) {
    front.behave(async () => {
      await pause(SLOW_MS)
      return 'pass'
    })
    return async () => front.behave(async () => 'pass')
  },
}
