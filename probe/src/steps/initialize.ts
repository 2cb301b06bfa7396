import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Step } from './step.ts'

/** Does it speak MCP, and a version that we know? */
export const initialize: Step = {
  name: 'handshake',
  async ask({ client, transport }, request) {
    await client.connect(transport as Transport, request)
    return undefined
  },
}
