import { Client, SdkError, SdkErrorCode, type VersionNegotiationOptions } from '@modelcontextprotocol/client'
import type { Session } from '../session.ts'
import type { Era } from '../target.ts'
import type { Step } from './step.ts'

const MODERN = '2026-07-28'

/**
 * Does it speak MCP, and a version that we know? `auto` asks `server/discover` first; what is recognised as an answer of a
 * modern server, good or bad, decides, and only otherwise `initialize` is tried.
 */
export const handshake: Step = {
  name: 'handshake',
  isRepeatable: true,
  applies: () => true,
  async ask(session, signal) {
    const { era, timeouts } = session.target
    try {
      await shakeHands(session, era, timeouts.steps.handshake, signal)
    } catch (error) {
      if (era !== 'auto' || session.link.kind !== 'stdio' || !isEraFailure(error) || signal.aborted) throw error
      // Some servers of the former era end when anything comes before `initialize`: a new process is asked in its way.
      await session.link.restart()
      await shakeHands(session, 'legacy', timeouts.steps.handshake, signal)
    }
    return undefined
  },
}

async function shakeHands(session: Session, era: Era, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const { link, version } = session
  await session.client?.close().catch(() => undefined)
  const client = new Client(
    { name: 'queue-ops-probe', version },
    { versionNegotiation: negotiation(era, link.kind, timeoutMs) },
  )
  session.client = client
  const transport = link.transport()
  // What is under way is given up with its connection: the SDK has requests that listen to no signal.
  const giveUp = () => void transport.close().catch(() => undefined)
  signal.addEventListener('abort', giveUp)
  try {
    await client.connect(transport, { signal, timeout: timeoutMs + 1000 })
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  session.learnt.era = client.getProtocolEra() ?? null
  session.serverName = client.getServerVersion()?.name ?? null
}

function negotiation(era: Era, kind: 'http' | 'stdio', timeoutMs: number): VersionNegotiationOptions {
  if (era === 'legacy') return { mode: 'legacy' }
  // Over stdio silence means the former era: it has to leave time for the second question.
  const isShort = kind === 'stdio' && era === 'auto'
  return {
    mode: era === 'modern' ? { pin: MODERN } : 'auto',
    probe: { timeoutMs: isShort ? timeoutMs / 2 : timeoutMs },
  }
}

function isEraFailure(error: unknown): boolean {
  return SdkError.isInstance(error) && error.code === SdkErrorCode.EraNegotiationFailed
}
