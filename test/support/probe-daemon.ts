import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProbeResult } from '@queue-ops/server/contract'
import { eventually } from './eventually.ts'
import { bareEnvironment, probeProgram } from './program.ts'

/** The built probe on a schedule. */
export interface ProbeDaemon extends AsyncDisposable {
  stdout(): string
  stderr(): string
  results(): ProbeResult[]
  /** Of its own server; waits until it listens. */
  url(): Promise<string>
  /** Sends the signal and gives the exit code, null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export function startProbeDaemon(args: string[], env: Record<string, string> = {}): ProbeDaemon {
  const child = spawn(process.execPath, [probeProgram, '--format', 'json', ...args], {
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const exited = once(child, 'close')
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return {
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    results: () =>
      output.stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => ProbeResult.parse(JSON.parse(line))),
    url: () =>
      eventually(() => {
        const url = /listening on (\S+)/.exec(output.stderr)?.[1]
        if (url === undefined) throw new Error(`it does not listen: ${output.stderr}`)
        return url
      }),
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
    },
  }
}

/** A configuration as JSON, which YAML reads. */
export async function probeConfig(folder: string, config: object): Promise<string> {
  const file = join(folder, 'probe.yaml')
  await writeFile(file, JSON.stringify(config))
  return file
}
