import { createHash } from 'node:crypto'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { lookRegularly, type MonitorKind } from './monitor.ts'

/** As a monitor that looks every five seconds may wait. */
const TIMEOUT_MS = 4000

/** What protocol monitors such as AliveMCP look at: does it shake hands, and has it the tools that it had at first? */
export const protocol: MonitorKind = {
  name: 'protocol',
  what: 'initialize and tools/list; bad when one fails, when there are no tools, or when names or schemas of tools have changed since the first look; 4 s timeout',
  async start({ front }, intervalMs) {
    let first: string | null = null
    return lookRegularly(intervalMs, async () => {
      const client = new Client({ name: 'protocol-monitor', version: '1' })
      const options = { timeout: TIMEOUT_MS, signal: AbortSignal.timeout(TIMEOUT_MS) }
      try {
        await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', front.url)), options)
        const { tools } = await client.listTools(undefined, options)
        if (tools.length === 0) return 'no tools'
        const shape = tools.map(({ name, inputSchema }) => JSON.stringify([name, inputSchema])).toSorted()
        const hash = createHash('sha256').update(shape.join('\n')).digest('hex')
        first ??= hash
        return hash === first ? null : 'the tools have changed'
      } finally {
        await client.close()
      }
    })
  },
}
