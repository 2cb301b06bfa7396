import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './program.ts'

/** A real Alertmanager that tells a webhook at once. */
export interface TestAlertmanager extends AsyncDisposable {
  url: string
}

export async function startAlertmanager(webhook: string): Promise<TestAlertmanager> {
  const folder = await temporaryFolder()
  const file = join(folder.path, 'alertmanager.yml')
  const route = {
    receiver: 'hook',
    group_by: ['target'],
    group_wait: '0s',
    group_interval: '1s',
    repeat_interval: '1h',
  }
  const receivers = [{ name: 'hook', webhook_configs: [{ url: webhook, send_resolved: true }] }]
  await writeFile(file, JSON.stringify({ route, receivers }))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const program = process.env['ALERTMANAGER'] ?? 'prometheus-alertmanager'
  const flags = {
    'config.file': file,
    'storage.path': folder.path,
    'web.listen-address': `127.0.0.1:${port}`,
    'cluster.listen-address': '',
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(program, args, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  await eventually(async () => {
    if (!(await fetch(`${url}/-/ready`)).ok) throw new Error('Alertmanager is not ready')
  })
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}
