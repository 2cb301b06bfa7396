import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { StdioReach } from '../target.ts'
import { bodyText, type Trace } from '../trace.ts'

/** How a run reaches a target that it starts itself. */
export interface StdioLink {
  kind: 'stdio'
  /** The running process, started if it is not. */
  start(): Promise<void>
  transport(): StdioClientTransport
  /** Ends a process that has been started, so that the next transport has a new one. */
  restart(): Promise<void>
  close(): Promise<void>
}

export function openStdioLink(reach: StdioReach, trace: Trace | null): StdioLink {
  let current: StartedOnce | null = null
  const transport = () => (current ??= new StartedOnce(reach, trace))
  const close = async () => {
    const ended = current
    current = null
    await ended?.close()
  }
  return { kind: 'stdio', start: () => transport().start(), transport, restart: close, close }
}

/** The step "connect" starts the process, and the client then starts its transport once more. */
class StartedOnce extends StdioClientTransport {
  #started: Promise<void> | undefined
  #closed: Promise<void> | undefined
  readonly #trace: Trace | null

  constructor({ command, args, env, cwd }: StdioReach, trace: Trace | null) {
    super({ command, args, env, stderr: 'pipe', ...(cwd === null ? {} : { cwd }) })
    this.#trace = trace
    // Read in any case: a pipe that nobody empties stops the process.
    this.stderr?.on('data', (chunk: Buffer) => trace?.(`! ${bodyText(chunk.toString('utf8'))}`))
    if (trace !== null) traceMessages(this, trace)
  }

  override start(): Promise<void> {
    if (this.#started === undefined) {
      this.#trace?.('> (starts the process)')
      this.#started = super.start()
    }
    return this.#started
  }

  /** Resolves when the process has ended or has been killed, for everybody who asks. */
  override close(): Promise<void> {
    return (this.#closed ??= super.close())
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    this.#trace?.(`> ${bodyText(JSON.stringify(message))}`)
    await super.send(message)
  }
}

/** Tells what the server sends. Who listens to a transport sets its `onmessage`, more than once: there is no event. */
function traceMessages(transport: StdioClientTransport, trace: Trace): void {
  let listener: StdioClientTransport['onmessage']
  Object.defineProperty(transport, 'onmessage', {
    get: () => (message: JSONRPCMessage) => {
      trace(`< ${bodyText(JSON.stringify(message))}`)
      listener?.(message)
    },
    set: (given: typeof listener) => {
      listener = given
    },
  })
}
