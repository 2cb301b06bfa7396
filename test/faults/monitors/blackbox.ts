import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/free-port.ts'
import { temporaryFolder } from '../../support/program.ts'
import { lookRegularly, type MonitorKind } from './monitor.ts'

/** A blackbox_exporter that serves all systems of a run. */
export interface Blackbox extends AsyncDisposable {
  version: string
  kinds: MonitorKind[]
}

/** Certificates are of an authority that is made for each system: what is judged is when they end. */
const config = `modules:
  http_2xx:
    prober: http
    timeout: 4s
    http:
      preferred_ip_protocol: ip4
      tls_config:
        insecure_skip_verify: true
`

export async function startBlackbox(program: string): Promise<Blackbox> {
  const folder = await temporaryFolder()
  const file = join(folder.path, 'blackbox.yml')
  await writeFile(file, config)
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(program, [`--config.file=${file}`, `--web.listen-address=${address}`], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  await eventually(() => fetch(`http://${address}/-/healthy`))
  const metrics = await (await fetch(`http://${address}/metrics`)).text()
  return {
    version: /blackbox_exporter_build_info\{[^}]*\bversion="([^"]+)"/.exec(metrics)?.[1] ?? 'of unknown version',
    kinds: [
      looking(address, 'blackbox', '/livez', 'its module http_2xx on `/livez`, as a server is usually watched'),
      looking(
        address,
        'blackbox on our report',
        '/api/health',
        'the same on `/api/health`, where our own report decides',
      ),
    ],
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}

function looking(address: string, name: string, path: string, what: string): MonitorKind {
  return {
    name,
    what: `blackbox_exporter, ${what}; 4 s timeout`,
    start: async ({ front }, intervalMs) => {
      const target = encodeURIComponent(`${front.url}${path}`)
      return lookRegularly(intervalMs, async () => {
        const answer = await fetch(`http://${address}/probe?module=http_2xx&target=${target}`)
        return /^probe_success 1$/m.test(await answer.text()) ? null : 'probe_success 0'
      })
    },
  }
}
