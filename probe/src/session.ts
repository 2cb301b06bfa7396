import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { boundedFetch } from './bounded-fetch.ts'
import type { Target } from './target.ts'

/** One client for one run. */
export interface Session {
  client: Client
  transport: StreamableHTTPClientTransport
}

/** Makes the client; nothing is sent yet. `version` is what it tells the target of itself. */
export function openSession(target: Target, version: string): Session {
  const headers: Record<string, string> = target.authorization === null ? {} : { authorization: target.authorization }
  const transport = new StreamableHTTPClientTransport(target.url, {
    requestInit: { headers },
    fetch: boundedFetch,
    // A probe reports the first failure; the next run is the retry.
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1000,
      maxReconnectionDelay: 1000,
      reconnectionDelayGrowFactor: 1,
    },
  })
  return { client: new Client({ name: 'queue-ops-probe', version }), transport }
}
