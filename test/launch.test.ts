import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ProbeStatus, StatusReport } from '@queue-ops/server/contract'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { freePort } from './support/free-port.ts'
import { connectHttp, connectStdio } from './support/mcp-client.ts'
import { bareEnvironment, temporaryFolder } from './support/program.ts'

const launcher = fileURLToPath(new URL('../.ci/launch.mjs', import.meta.url))

/** What `npm start` runs after set-up and build, with the keyboard's Ctrl-C: a signal to the whole process group. */
function launch(dataDir: string, port: number, more: Record<string, string> = {}) {
  const child = spawn(process.execPath, [launcher], {
    env: { ...bareEnvironment(), DATA_DIR: dataDir, PORT: String(port), QUEUE_URL: '', REDIS_URL: '', ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exited = once(child, 'exit')
  return {
    stdout: () => stdout,
    async ctrlC() {
      if (child.pid) process.kill(-child.pid, 'SIGINT')
      await exited
      if (child.exitCode !== 0) console.info(stderr)
      return child.exitCode
    },
  }
}

const pastedConfig = (stdout: string) => {
  const shown = stdout.match(/starts its servers itself:\n([\s\S]+)\n\n/)?.[1] ?? ''
  return JSON.parse(shown) as { mcpServers: { 'queue-ops': { env: Record<string, string> } } }
}

const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  )

test('a signal to npm alone, as supervisors send it, stops everything too', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const npm = spawn('npm', ['start'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...bareEnvironment(), DATA_DIR: folder.path, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const everyoneGone = once(npm.stdout.resume(), 'close')
  const live = `http://127.0.0.1:${port}/livez`
  await eventually(async () => expect(await answers(live)).toBe(true))
  npm.kill('SIGTERM')
  await everyoneGone
  expect(await answers(live)).toBe(false)
})

test('one command starts server, worker and probe, says where all is, and Ctrl-C stops all of it', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const first = launch(folder.path, port)
  await eventually(() => expect(first.stdout()).toMatch(/starts its servers itself:\n[\s\S]+\n\n/))
  for (const place of [`${url}/`, `${url}/admin/queues`, `${url}/mcp`]) expect(first.stdout()).toContain(place)
  const pasted = pastedConfig(first.stdout()).mcpServers['queue-ops']

  let jobId: string
  {
    await using mcp = await connectHttp(url)
    jobId = await mcp.startExport({ format: 'csv', filters: { country: 'IS' } })
    await mcp.finishedExport(jobId)
    await using stdio = await connectStdio(pasted.env)
    expect((await stdio.exportStatus(jobId)).state).toBe('completed')
  }
  await eventually(async () => {
    const status = StatusReport.parse(await (await fetch(`${url}/api/status`)).json())
    expect(status.probe_results.at(-1)).toMatchObject({ status: 'pass', consumers: 1 })
  })
  expect(pasted.env['QUEUE_URL']).toBe(`sqlite:${folder.path}/queue.sqlite`)
  expect(await answers(`${url}/livez`)).toBe(true)
  expect(await first.ctrlC()).toBe(0)
  expect(await answers(`${url}/livez`)).toBe(false)

  const second = launch(folder.path, port)
  await eventually(() => expect(second.stdout()).toContain('"QUEUE_URL"'))
  expect(pastedConfig(second.stdout()).mcpServers['queue-ops'].env).toEqual(pasted.env)
  {
    await using mcp = await connectHttp(url)
    expect((await mcp.exportStatus(jobId)).state).toBe('completed')
  }
  expect(await second.ctrlC()).toBe(0)
})

const probePage = (stdout: string) => /Status page by the probe, .*: (\S+)\n/.exec(stdout)?.[1]

test('a server that dies is started again, and the page of the probe outlives it', async () => {
  await using folder = await temporaryFolder()
  const port = await freePort()
  const probePort = await freePort()
  const started = launch(folder.path, port, { PROBE_PORT: String(probePort) })
  const page = await eventually(() => {
    const url = probePage(started.stdout())
    if (url === undefined) throw new Error('the probe does not listen yet')
    return url
  })
  expect(page).toBe(`http://127.0.0.1:${probePort}/`)
  expect(await (await fetch(page)).text()).toContain('<title>Queue status</title>')
  const status = async () => ProbeStatus.parse(await (await fetch(`${page}api/status`)).json())
  const pid = await eventually(async () => {
    const address = (await status()).report?.queue?.consumers[0]?.address
    const [, id] = /^pid:(\d+)$/.exec(address ?? '') ?? []
    if (id === undefined) throw new Error(`no process is told: ${address}`)
    return Number(id)
  })
  process.kill(pid, 'SIGKILL')
  const silence = await eventually(async () => {
    const { silence, report } = await status()
    if (silence === null) throw new Error('the server still answers')
    expect(report?.health.queue).toBe('exports')
    return silence
  })
  expect(Date.now() - Date.parse(silence.since)).toBeGreaterThanOrEqual(0)
  await eventually(async () => expect((await status()).silence).toBeNull())
  expect(await answers(`http://127.0.0.1:${port}/livez`)).toBe(true)
  expect(await started.ctrlC()).toBe(0)
  expect(await answers(page)).toBe(false)
})
