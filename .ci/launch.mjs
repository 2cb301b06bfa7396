// What `npm start` runs once everything is built: server and worker in one process, and the probe in another. Ends when
// the server ends; a signal ends both.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setup.mjs'

const settingsFile = join(root, '.env')
if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)
const { env } = process

const server = start('server/dist/main.js', [], ['ignore', 'inherit', 'inherit', 'ipc'])
let probe
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopped = true
    server.process.kill('SIGTERM')
  })
}
server.process.once('message', ({ url }) => {
  if (!url || stopped) return
  const results = env.PROBE_RESULTS_FILE || join(env.DATA_DIR || './data', 'probe-results.jsonl')
  probe = start('probe/dist/main.js', ['--url', `${url}/mcp`, '--results', results], ['ignore', 'inherit', 'inherit'])
})
const [code] = await server.exited
if (probe) {
  probe.process.kill('SIGTERM')
  await probe.exited
}
process.exitCode = code ?? 1

function start(program, args, stdio) {
  const child = spawn(process.execPath, [join(root, program), ...args], { env, stdio })
  return { process: child, exited: once(child, 'exit') }
}
