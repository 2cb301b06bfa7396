import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { ProbeResult } from '@queue-ops/server/contract'
import { bareEnvironment, probeProgram } from '../../support/program.ts'
import type { System } from '../system.ts'

/** Our probe as a daemon. */
export interface RunningProbe extends AsyncDisposable {
  results(): readonly ProbeResult[]
}

/** The built probe, with nothing but its address and its interval told; through TLS also whom to trust. */
export async function startProbe({ front, folder }: System, intervalMs: number): Promise<RunningProbe> {
  const args = ['--url', `${front.url}/mcp`, '--interval', String(intervalMs / 1000), '--format', 'json']
  if (front.authority !== null) {
    const trusted = join(folder, 'authority.pem')
    await writeFile(trusted, front.authority)
    args.push('--ca-file', trusted)
  }
  const child = spawn(process.execPath, [probeProgram, ...args], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const results: ProbeResult[] = []
  createInterface({ input: child.stdout }).on('line', (line) => results.push(ProbeResult.parse(JSON.parse(line))))
  return {
    results: () => results,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
