import { ProbeResult } from '@queue-ops/server/contract'
import { probeProgram, runProgram } from './program.ts'

/** Runs the built probe once and gives its exit code and its results, which are those of the contract. */
export async function probeOnce(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runProgram(probeProgram, ['--once', '--format', 'json', ...args], env)
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { code, stderr, results: lines.map((line) => ProbeResult.strict().parse(JSON.parse(line))) }
}

/** The same for one target. */
export async function probeOne(args: string[], env: Record<string, string> = {}) {
  const { code, stderr, results } = await probeOnce(args, env)
  const [result] = results
  if (result === undefined || results.length > 1) throw new Error(`${results.length} results instead of one: ${stderr}`)
  return { code, stderr, result }
}
