import { serveHttp, type TestServer } from './http-servers.ts'
import { answered, modernMcp } from './mcp-servers.ts'

/** An MCP server whose health is what a test wants. */
export interface SwitchableTarget extends TestServer {
  become(health: 'well' | 'degraded' | 'ill', words?: string): void
}

export async function startSwitchableTarget(): Promise<SwitchableTarget> {
  let report: Record<string, unknown> = { healthy: true }
  const tools = { health_check: () => answered(report) }
  const server = await serveHttp(modernMcp('theirs', tools, 'reject'))
  return {
    ...server,
    become(health, words = 'the test wants it so') {
      report =
        health === 'well'
          ? { healthy: true }
          : health === 'ill'
            ? { healthy: false, message: words }
            : { status: 'degraded', message: words }
    },
  }
}
