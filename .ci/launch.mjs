// What `npm start` runs once everything is built: server and worker in one process, and the probe in another, which has a page
// of its own. A server that dies is started again, as a supervisor would: meanwhile the probe's page says since when it is
// down. One that cannot be started at all ends everything, and so does a signal.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { root } from './setup.mjs'

const AGAIN_AFTER_MS = 2000
const USUAL_PORT = 9464

const settingsFile = join(root, '.env')
if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)
const { env } = process

const stopping = new AbortController()
let server
let probe
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopping.abort()
    server.process.kill('SIGTERM')
  })
}

let code
for (;;) {
  server = start('server/bin/queue-ops.js', [], ['ignore', 'inherit', 'inherit', 'ipc'])
  server.process.once('message', ({ url }) => {
    // The probe and clients know this address: it stays the same.
    if (url) env.PORT = new URL(url).port
    if (url && !probe && !stopping.signal.aborted) probe = startProbe(url)
  })
  const [exitCode, signal] = await server.exited
  code = exitCode ?? 1
  // 0: somebody asked it to stop.
  if (stopping.signal.aborted || !probe || code === 0) break
  process.stderr.write(`The server has ended (${signal ?? code}) and is started again.\n`)
  await pause(AGAIN_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
  if (stopping.signal.aborted) break
}
if (probe) {
  const running = await probe
  running.process.kill('SIGTERM')
  await running.exited
}
process.exitCode = code

async function startProbe(url) {
  const results = env.PROBE_RESULTS_FILE || join(env.DATA_DIR || './data', 'probe-results.jsonl')
  const listen = `127.0.0.1:${env.PROBE_PORT || (await firstFree(USUAL_PORT))}`
  const args = ['--url', `${url}/mcp`, '--results', results, '--listen', listen]
  const started = start('probe/dist/main.js', args, ['ignore', 'inherit', 'pipe'])
  createInterface(started.process.stderr).on('line', (line) => {
    const [, page] = /listening on (http:\S+)$/.exec(line) ?? []
    if (page) process.stdout.write(`  Status page by the probe, also while the server is down: ${page}/\n\n`)
    else process.stderr.write(`${line}\n`)
  })
  return started
}

/** The first of ten ports from this one on that nobody has, or 0, which lets the system choose. */
async function firstFree(port) {
  for (const candidate of Array.from({ length: 10 }, (_, i) => port + i)) {
    const socket = createServer()
    const isFree = await new Promise((resolve) => {
      socket.once('error', () => resolve(false)).listen(candidate, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    await new Promise((resolve) => socket.close(resolve))
    return candidate
  }
  return 0
}

function start(program, args, stdio) {
  const child = spawn(process.execPath, [join(root, program), ...args], { env, stdio })
  return { process: child, exited: once(child, 'exit') }
}
