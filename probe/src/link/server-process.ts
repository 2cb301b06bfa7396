import {
  ReadBuffer,
  SdkError,
  SdkErrorCode,
  serializeMessage,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/client'
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { StdioReach } from '../target.ts'
import { bodyText, type Trace } from '../trace.ts'

/** For ending by itself once its input has ended, and then once it has been asked to. */
const PATIENCE_MS = 2000
/** For what it has started and left behind: nobody waits for that. */
const REST_PATIENCE_MS = 500
const LOOK_EVERY_MS = 20

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * A server that is started for a run and spoken with over its standard input and output. Unlike the SDK's transport it
 * starts the process in a group of its own, and ends the group: a server may have started others, and every run would leave
 * some. (Windows knows no such groups: there only the process itself is ended.) It may be started twice, which is once: the
 * step "connect" starts it, and then the client.
 */
export class ServerProcess implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #reach: StdioReach
  readonly #trace: Trace | null
  readonly #buffer = new ReadBuffer()
  #child: Child | undefined
  #started: Promise<void> | undefined
  #closed: Promise<void> | undefined
  #groupEnded: Promise<void> | undefined

  constructor(reach: StdioReach, trace: Trace | null) {
    this.#reach = reach
    this.#trace = trace
  }

  /** By this and the next the client knows that it speaks with a process, whose silence means something else. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  get stderr(): Readable | null {
    return this.#child?.stderr ?? null
  }

  start(): Promise<void> {
    return (this.#started ??= this.#start())
  }

  /** Resolves when the process and what it has started have ended or been killed, for everybody who asks. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#child === undefined || this.#closed !== undefined) {
      throw new SdkError(SdkErrorCode.NotConnected, 'Not connected')
    }
    this.#trace?.(`> ${bodyText(JSON.stringify(message))}`)
    const { stdin } = this.#child
    if (!stdin.write(serializeMessage(message))) {
      await Promise.race([once(stdin, 'drain'), once(stdin, 'close')])
    }
  }

  async #start(): Promise<void> {
    this.#trace?.('> (starts the process)')
    const { command, args, env, cwd } = this.#reach
    const child: Child = spawn(command, args, {
      env: { ...getDefaultEnvironment(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      ...(cwd === null ? {} : { cwd }),
    })
    this.#child = child
    for (const emitter of [child, child.stdin, child.stdout, child.stderr]) {
      emitter.on('error', (error: Error) => this.onerror?.(error))
    }
    // Read in any case: a pipe that nobody empties stops the process.
    child.stderr.on('data', (chunk: Buffer) => this.#trace?.(`! ${bodyText(chunk.toString('utf8'))}`))
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk))
    // What it leaves behind could keep its output open.
    child.once('exit', () => void this.#endGroup(child))
    child.once('close', () => this.onclose?.())
    await once(child, 'spawn')
  }

  #take(chunk: Buffer) {
    try {
      this.#buffer.append(chunk)
    } catch (error) {
      // A line without an end.
      this.onerror?.(error as Error)
      void this.close()
      return
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage()
        if (message === null) return
        this.#trace?.(`< ${bodyText(JSON.stringify(message))}`)
        this.onmessage?.(message)
      } catch (error) {
        this.onerror?.(error as Error)
      }
    }
  }

  async #close(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined) return
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
    const isOver = (ms: number) => Promise.race([exited.then(() => true), pause(ms, false, { ref: false })])
    child.stdin.end()
    if (!(await isOver(PATIENCE_MS))) signal(child, 'SIGTERM')
    if (!(await isOver(PATIENCE_MS))) signal(child, 'SIGKILL')
    await exited
    await this.#endGroup(child)
    this.#buffer.clear()
  }

  #endGroup(child: Child): Promise<void> {
    return (this.#groupEnded ??= endRest(child))
  }
}

/** Ends what is left of a group whose first process has ended. */
async function endRest(child: Child): Promise<void> {
  if (process.platform === 'win32') return
  signal(child, 'SIGTERM')
  for (let waited = 0; waited < REST_PATIENCE_MS; waited += LOOK_EVERY_MS) {
    if (!signal(child, 0)) return
    await pause(LOOK_EVERY_MS)
  }
  signal(child, 'SIGKILL')
}

/** To the process and to everything in its group; false when nothing is left. */
function signal(child: Child, name: 'SIGTERM' | 'SIGKILL' | 0): boolean {
  if (child.pid === undefined) return false
  if (process.platform === 'win32') return child.kill(name)
  try {
    return process.kill(-child.pid, name)
  } catch {
    return false
  }
}
