// An MCP server of the era before, which ends when anything comes before "initialize", as some SDKs do.
import { createInterface } from 'node:readline'

const answers: Record<string, object> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'touchy', version: '1' },
  },
  'tools/list': { tools: [{ name: 'health_check', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'ok' }] },
}
let isInitialized = false
for await (const line of createInterface(process.stdin)) {
  const { id, method } = JSON.parse(line) as { id?: number | string; method: string }
  if (method === 'initialize') isInitialized = true
  if (!isInitialized) {
    process.stderr.write('it wants to be initialized first\n')
    process.exit(1)
  }
  const result = answers[method]
  if (id !== undefined && result) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
}
