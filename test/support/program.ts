import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The built programs: what is tested is what ships. */
export const serverProgram = join(root, 'server/bin/queue-ops.js')
export const probeProgram = join(root, 'probe/bin/queue-ops-probe.js')

type Environment = Record<string, string>

/** Who runs a program, when it is not who runs the test. */
export interface User {
  uid: number
  gid: number
}

/** A running server, worker or both. */
export interface Program extends AsyncDisposable {
  /** Where it listens, empty for a worker. */
  url: string
  process: ChildProcess
  /** The structured log lines so far. */
  log(): Record<string, unknown>[]
  stdout(): string
  /** Sends the signal and gives the exit code, null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts the built server with only these settings (and a free port) and waits until it says that it is ready. */
export async function startProgram(env: Environment, user?: User): Promise<Program> {
  const child = spawn(process.execPath, [serverProgram], {
    env: { ...bareEnvironment(), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    ...user,
  })
  const output = collect(child)
  const exited = once(child, 'exit')
  const ready = once(child, 'message') as Promise<[{ url: string | null }]>
  const started = await Promise.race([ready, exited])
  if (child.exitCode !== null) throw new Error(`the program ended at once with ${child.exitCode}:\n${output.stderr}`)
  const message = started[0]
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    url: (typeof message === 'object' && message?.url) || '',
    process: child,
    log: () =>
      output.stderr
        .split('\n')
        .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [])),
    stdout: () => output.stdout,
    stop,
    async [Symbol.asyncDispose]() {
      child.kill('SIGCONT')
      await stop('SIGKILL')
    },
  }
}

/** Runs a built program to its end. */
export async function runProgram(program: string, args: string[], env: Environment = {}, user?: User) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  const output = collect(child)
  await once(child, 'close')
  return { code: child.exitCode, ...output }
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(inFolder = tmpdir()): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(inFolder, 'queue-ops-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What a program needs to run at all, and no setting of whoever runs the tests. */
export const bareEnvironment = (): Environment => ({ PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' })

function collect(child: ChildProcess) {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  return output
}
