import type { StdioReach } from '../target.ts'
import type { Trace } from '../trace.ts'
import { ServerProcess } from './server-process.ts'

/** How a run reaches a target that it starts itself. */
export interface StdioLink {
  kind: 'stdio'
  /** The running process, started if it is not. */
  start(): Promise<void>
  transport(): ServerProcess
  /** Ends a process that has been started, so that the next transport has a new one. */
  restart(): Promise<void>
  close(): Promise<void>
}

export function openStdioLink(reach: StdioReach, trace: Trace | null): StdioLink {
  let current: ServerProcess | null = null
  const transport = () => (current ??= new ServerProcess(reach, trace))
  const close = async () => {
    const ended = current
    current = null
    await ended?.close()
  }
  return { kind: 'stdio', start: () => transport().start(), transport, restart: close, close }
}
