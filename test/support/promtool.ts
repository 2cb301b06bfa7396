import { spawnSync } from 'node:child_process'

/** What `promtool check metrics` complains about, empty when nothing. Throws when promtool is not there. */
export function promtoolComplaints(metrics: string): string {
  const program = process.env['PROMTOOL'] ?? 'promtool'
  const { status, stdout, stderr, error } = spawnSync(program, ['check', 'metrics'], {
    input: metrics,
    encoding: 'utf8',
  })
  if (error)
    throw new Error(`promtool cannot be run: install the package "prometheus", or set PROMTOOL`, { cause: error })
  return status === 0 ? '' : `exit code ${status}: ${stdout}${stderr}`
}
