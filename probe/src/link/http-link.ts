import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { readFile } from 'node:fs/promises'
import { Agent, fetch as undiciFetch, type RequestInit as UndiciRequestInit } from 'undici'
import { OwnFault } from '../failure.ts'
import type { Header, HttpReach } from '../target.ts'
import { bodyText, headersText, type Trace } from '../trace.ts'
import { bounded, maxAnswerBytes } from './bounded.ts'

/** How a run reaches a target over HTTP: connections of its own, which end with it. */
export interface HttpLink {
  kind: 'http'
  reach: HttpReach
  /** The certificates that are trusted instead of the system's, PEM, or null. */
  ca: string | null
  /** The headers that the settings ask for. */
  headers: Record<string, string>
  fetch: typeof fetch
  /** The same without a bound on what is answered: whoever asks for a file reads no more than he was told that it has. */
  fetchFile: typeof fetch
  transport(): StreamableHTTPClientTransport
  close(): Promise<void>
}

/** Reads the files that the target's settings name; rejects with OwnFault when one cannot be read. */
export async function openHttpLink(reach: HttpReach, userAgent: string, trace: Trace | null): Promise<HttpLink> {
  const ca = reach.tls.caFile === null ? null : await readSetting(reach.tls.caFile, 'tls.ca_file')
  const headers: Record<string, string> = { 'user-agent': userAgent }
  for (const header of reach.headers) headers[header.name.toLowerCase()] = await valueOf(header)
  const agent = new Agent(ca === null ? {} : { connect: { ca } })
  const fetch = tracedFetch(agent, maxAnswerBytes, trace)
  return {
    kind: 'http',
    reach,
    ca,
    headers,
    fetch,
    fetchFile: tracedFetch(agent, Number.POSITIVE_INFINITY, trace),
    transport: () =>
      new StreamableHTTPClientTransport(reach.url, {
        requestInit: { headers },
        fetch,
        // A probe reports the first failure; the next run is the retry.
        reconnectionOptions: {
          maxRetries: 0,
          initialReconnectionDelay: 1000,
          maxReconnectionDelay: 1000,
          reconnectionDelayGrowFactor: 1,
        },
      }),
    close: () => agent.destroy(),
  }
}

async function valueOf(header: Header): Promise<string> {
  return 'value' in header ? header.value : `${header.prefix}${(await readSetting(header.file, header.name)).trim()}`
}

async function readSetting(file: string, of: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new OwnFault(`the file ${file} for ${of} cannot be read${code}`)
  }
}

/** `fetch` over the agent's connections, whose answers are bounded and told to `trace`. */
function tracedFetch(agent: Agent, mostBytes: number, trace: Trace | null): typeof fetch {
  return async (input, init) => {
    const request = { ...init, dispatcher: agent } as UndiciRequestInit
    const method = init?.method ?? 'GET'
    trace?.(`> ${method} ${withoutQuery(input)} [${headersText(new Headers(init?.headers))}]`)
    if (typeof init?.body === 'string') trace?.(`> ${bodyText(init.body)}`)
    // The dispatcher has to belong to the fetch that uses it; its answers are the same as the built-in's.
    const response = (await undiciFetch(String(input), request)) as unknown as Response
    trace?.(`< ${response.status} [${headersText(response.headers)}]`)
    if (!response.body) return response
    let isFirst = true
    const body = bounded(response.body, mostBytes, (chunk) => {
      if (isFirst) trace?.(`< ${bodyText(new TextDecoder().decode(chunk.subarray(0, 2000)))}`)
      isFirst = false
    })
    const { status, statusText, headers } = response
    return new Response(body, { status, statusText, headers })
  }
}

function withoutQuery(input: string | URL | Request): string {
  const url = new URL(input instanceof Request ? input.url : input)
  url.search = ''
  return url.href
}
