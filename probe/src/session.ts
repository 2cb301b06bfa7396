import { Client } from '@modelcontextprotocol/client'
import type { ProbeResult } from '@queue-ops/server/contract'
import { openHttpLink, type HttpLink } from './link/http-link.ts'
import { openStdioLink, type StdioLink } from './link/stdio-link.ts'
import type { Target } from './target.ts'
import type { Trace } from './trace.ts'
import { unseen, type QueueNumbers } from './verdict.ts'

/** What the steps of one run share: how the target is reached, and what was learnt of it so far. */
export interface Session {
  target: Target
  link: HttpLink | StdioLink
  /** Connected by the step "handshake". */
  client: Client | null
  version: string
  /** What goes into the result. */
  learnt: Pick<ProbeResult, 'era' | 'certificate_expires_at' | 'canary_ms' | 'findings'> & { numbers: QueueNumbers }
  /** How the server names itself, null when it did not. */
  serverName: string | null
  /** The tools that it offers, null when that was not asked. */
  tools: ReadonlySet<string> | null
  /** Whether it is time for what is not done in every run. */
  isCanaryDue: boolean
  /** Whether a step has failed. */
  hasFailed: boolean
}

export interface SessionOptions {
  target: Target
  /** What the probe tells the target of itself. */
  version: string
  isCanaryDue: boolean
  trace: Trace | null
}

/** Prepares a run; nothing is sent yet. Rejects with OwnFault when a file that the settings name cannot be read. */
export async function openSession({ target, version, isCanaryDue, trace }: SessionOptions): Promise<Session> {
  const { reach } = target
  const link =
    reach.kind === 'http' ? await openHttpLink(reach, `queue-ops-probe/${version}`, trace) : openStdioLink(reach, trace)
  return {
    target,
    link,
    client: null,
    version,
    learnt: { era: null, certificate_expires_at: null, canary_ms: null, findings: [], numbers: unseen },
    serverName: null,
    tools: null,
    isCanaryDue,
    hasFailed: false,
  }
}

/** The client of a session in which the handshake has succeeded. */
export function connected({ client }: Session): Client {
  if (client === null) throw new Error('a step that needs the handshake was asked before it')
  return client
}
