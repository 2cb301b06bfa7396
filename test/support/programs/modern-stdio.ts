// An MCP server of 2026-07-28 over stdin and stdout, by the official SDK. Arguments: what it does with older clients.
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { answered, modernServer } from '../mcp-servers.ts'

const [legacy] = process.argv.slice(2)
serveStdio(() => modernServer('theirs', { health_check: () => answered({ healthy: true }) }), {
  legacy: legacy === 'serve' ? 'serve' : 'reject',
})
