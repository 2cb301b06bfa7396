import { spawnSync } from 'node:child_process'

/** What `promtool check metrics` says of an exposition: nothing when all is well. */
export function promtoolComplaints(exposition: string): string {
  const program = process.env['PROMTOOL'] ?? 'promtool'
  const { status, stdout, stderr, error } = spawnSync(program, ['check', 'metrics'], {
    input: exposition,
    encoding: 'utf8',
  })
  if (error) throw error
  const said = `${stdout}${stderr}`.trim()
  return status === 0 ? said : said || `exit code ${status}`
}
