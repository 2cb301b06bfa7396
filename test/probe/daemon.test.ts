import { ProbeResult } from '@queue-ops/server/contract'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHttp } from '../support/http-servers.ts'
import { answered, modernMcp } from '../support/mcp-servers.ts'
import { probeOnce } from '../support/probe.ts'
import { bareEnvironment, probeProgram, runProgram, temporaryFolder } from '../support/program.ts'

const healthy = modernMcp('theirs', { health_check: () => answered({ healthy: true }) }, 'reject')
const degraded = modernMcp('theirs', { health_check: () => answered({ status: 'degraded' }) }, 'reject')

/** A file of the targets, as JSON, which YAML reads. */
async function configFile(folder: string, targets: object[], rest: object = {}): Promise<string> {
  const file = join(folder, 'probe.yaml')
  await writeFile(file, JSON.stringify({ targets, ...rest }))
  return file
}

/** The built probe as a daemon. */
function startDaemon(args: string[]) {
  const child = spawn(process.execPath, [probeProgram, ...args], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.resume()
  const exited = once(child, 'exit')
  return {
    stdout: () => stdout,
    results: () =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => ProbeResult.parse(JSON.parse(line))),
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      await exited
      return child.exitCode
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('a target that hangs holds up no other, and is never asked twice at once', async () => {
  await using folder = await temporaryFolder()
  let open = 0
  let mostOpen = 0
  await using hanging = await serveHttp((_, response) => {
    mostOpen = Math.max(mostOpen, ++open)
    response.once('close', () => open--)
  })
  await using well = await serveHttp(healthy)
  const quick = { interval: '200ms', timeout: '900ms' }
  const file = await configFile(
    folder.path,
    [
      { name: 'hanging', url: hanging.url },
      { name: 'well', url: well.url },
    ],
    { defaults: quick, results: 'results.jsonl' },
  )
  await using daemon = startDaemon(['--config', file, '--format', 'json'])
  await eventually(() => {
    const results = daemon.results()
    expect(results.filter(({ target }) => target === 'hanging').length).toBeGreaterThanOrEqual(2)
    expect(results.filter(({ target }) => target === 'well').length).toBeGreaterThanOrEqual(6)
  })
  const results = daemon.results()
  for (const { target, status, reason } of results) {
    expect([target, status, reason]).toEqual(
      target === 'well' ? ['well', 'pass', null] : ['hanging', 'fail', 'timeout'],
    )
  }
  expect(mostOpen).toBe(1)
  expect(await daemon.stop()).toBe(0)
  const recorded = await readFile(join(folder.path, 'results.jsonl'), 'utf8')
  expect(recorded).toContain('"target":"hanging"')
  expect(recorded).toContain('"target":"well"')
})

test('once over several targets: a line each, the worst exit code, and one line for nagios', async () => {
  await using folder = await temporaryFolder()
  await using well = await serveHttp(healthy)
  await using slow = await serveHttp(degraded)
  const targets = [
    { name: 'well', url: well.url },
    { name: 'slow', url: slow.url },
    { name: 'gone', url: 'http://127.0.0.1:1/mcp' },
  ]
  const file = await configFile(folder.path, targets)
  const all = await probeOnce(['--config', file])
  expect(all.code).toBe(2)
  expect(all.results.map(({ target, status }) => [target, status])).toEqual([
    ['well', 'pass'],
    ['slow', 'warn'],
    ['gone', 'fail'],
  ])
  expect((await probeOnce(['--config', file, '--target', 'well', '--target', 'slow'])).code).toBe(1)
  expect((await probeOnce(['--config', file, '--target', 'well'])).code).toBe(0)

  const text = await runProgram(probeProgram, ['--config', file, '--once'])
  expect(text.stdout).toMatch(
    /^OK well health_check: answered .*\nWARNING slow health_check: .*\nCRITICAL gone connect: /,
  )
  const nagios = await runProgram(probeProgram, ['--config', file, '--once', '--format', 'nagios'])
  expect(nagios.stdout).toMatch(/^QUEUE CRITICAL: 1 of 3 targets ok; gone: .* \| 'well duration'=[\d.]+s;;;0 .*\n$/)
})

test('a secret in a file is read for every run; a file that is gone is the probe’s own fault', async () => {
  await using folder = await temporaryFolder()
  const seen: (string | undefined)[] = []
  await using server = await serveHttp((request, response) => {
    seen.push(request.headers.authorization)
    healthy(request, response)
  })
  const file = await configFile(folder.path, [{ name: 'a', url: server.url, bearer_file: 'token' }])
  const missing = await probeOnce(['--config', file])
  expect(missing).toMatchObject({ code: 3, results: [{ status: 'unknown', reason: 'own_fault' }] })
  expect(seen).toEqual([])
  await writeFile(join(folder.path, 'token'), 'one\n')
  expect((await probeOnce(['--config', file])).code).toBe(0)
  expect(new Set(seen)).toEqual(new Set(['Bearer one']))
})

test('--watch without a terminal prints lines', async () => {
  await using well = await serveHttp(healthy)
  await using daemon = startDaemon(['--url', well.url, '--watch', '--interval', '0.1'])
  await eventually(() => expect(daemon.stdout()).toMatch(/^OK .*\nOK .*\n/))
  expect(daemon.stdout()).not.toContain('\u001B')
  expect(await daemon.stop()).toBe(0)
})

test('config check, config print and explain', async () => {
  await using folder = await temporaryFolder()
  const good = await configFile(folder.path, [{ name: 'a', url: 'http://a.test/mcp', bearer: '${TOKEN}' }])
  const run = (...args: string[]) => runProgram(probeProgram, args, { TOKEN: 'geheim' })
  expect(await run('config', 'check', good)).toMatchObject({ code: 0, stdout: `${good}: 1 target, nothing wrong.\n` })
  const printed = await run('config', 'print', good)
  expect(printed.code).toBe(0)
  expect(printed.stdout).toMatch(/^a\.interval +30s +built in$/m)
  expect(printed.stdout).toMatch(/^a\.headers\.authorization +\*\*\* +.*probe\.yaml:1$/m)
  expect(printed.stdout).not.toContain('geheim')

  const bad = await configFile(folder.path, [{ nam: 'a', url: 'http://a.test/mcp' }])
  const checked = await run('config', 'check', bad)
  expect(checked.code).toBe(3)
  expect(checked.stdout).toContain('targets[0].nam is no known key: did you mean "name"?')
  expect(checked.stdout).toMatch(/\n2 mistakes\.\n$/)
  const started = await run('--config', bad, '--once')
  expect(started).toMatchObject({ code: 3, stdout: '' })
  expect(started.stderr).toContain('targets[0].name is missing')

  for (const reason of ProbeResult.shape.reason.unwrap().options) {
    const { code, stdout } = await run('explain', reason)
    expect([code, stdout.startsWith(`${reason}\n\n`), stdout.includes('To confirm it by hand:')]).toEqual([
      0,
      true,
      true,
    ])
  }
  expect(await run('explain', 'unhealty')).toMatchObject({
    code: 3,
    stderr: 'queue-ops-probe: explain needs one reason: did you mean unhealthy?\n',
  })
})
