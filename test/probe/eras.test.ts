import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { serveHttp } from '../support/http-servers.ts'
import { answered, legacyMcp, modernMcp, type Tool } from '../support/mcp-servers.ts'
import { probeOne } from '../support/probe.ts'
import { serverProgram, temporaryFolder } from '../support/program.ts'

const tools: Record<string, Tool> = { health_check: () => answered({ healthy: true }) }
const servers = {
  legacy: () => serveHttp(legacyMcp('theirs', tools)),
  both: () => serveHttp(modernMcp('theirs', tools, 'stateless')),
  modern: () => serveHttp(modernMcp('theirs', tools, 'reject')),
}
const program = (name: string) => fileURLToPath(new URL(`../support/programs/${name}`, import.meta.url))

test.each([
  ['legacy', 'auto', 'legacy'],
  ['legacy', 'legacy', 'legacy'],
  ['both', 'auto', 'modern'],
  ['both', 'modern', 'modern'],
  ['both', 'legacy', 'legacy'],
  ['modern', 'auto', 'modern'],
  ['modern', 'modern', 'modern'],
] as const)('a server that speaks %s, asked as %s, is spoken with as %s', async (server, asked, era) => {
  await using target = await servers[server]()
  const { code, result } = await probeOne(['--url', target.url, '--era', asked])
  expect(result).toMatchObject({ status: 'pass', era })
  expect(result.steps.map(({ name }) => name)).toEqual(['connect', 'handshake', 'tools_list', 'health_check'])
  expect(code).toBe(0)
})

test.each([
  ['legacy', 'modern'],
  ['modern', 'legacy'],
] as const)('a server that speaks only %s fails when %s is demanded', async (server, asked) => {
  await using target = await servers[server]()
  const { code, result } = await probeOne(['--url', target.url, '--era', asked])
  expect(result).toMatchObject({ status: 'fail', reason: 'protocol_error', failed_step: 'handshake', era: null })
  expect(code).toBe(2)
})

test('an error of a modern server is its answer: initialize is not tried', async () => {
  const methods: unknown[] = []
  await using target = await serveHttp((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => methods.push((JSON.parse(text) as { method: string }).method))
    const error = { code: -32022, message: 'Unsupported protocol version', data: { supported: ['2099-01-01'] } }
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
  })
  const { result } = await probeOne(['--url', target.url])
  expect(result).toMatchObject({ status: 'fail', reason: 'protocol_error', failed_step: 'handshake' })
  expect(methods).toEqual(['server/discover'])
})

test.each([
  ['of the era before', ['touchy-stdio.ts'], 'legacy'],
  ['of 2026-07-28', ['modern-stdio.ts', 'reject'], 'modern'],
  ['of both', ['modern-stdio.ts', 'serve'], 'modern'],
] as const)('a stdio server %s is started, spoken with and ended', async (_, [name, ...args], era) => {
  const { result } = await probeOne(['--', process.execPath, program(name), ...args])
  expect(result).toMatchObject({ status: 'pass', era, target: process.execPath })
})

test('--debug tells what a stdio server is asked, answers and says on the side', async () => {
  const { stderr } = await probeOne(['--debug', '--', process.execPath, program('touchy-stdio.ts')])
  expect(stderr).toMatch(/> \{"method":"initialize"/)
  expect(stderr).toMatch(/< \{.*"name":"touchy"/)
  expect(stderr).toMatch(/! it wants to be initialized first/)
})

// Told which: a server that takes long to start is taken for one that does not know the newer version.
test.each(['legacy', 'modern'])('our own server over stdio, as %s', async (era) => {
  await using folder = await temporaryFolder()
  const command = ['--', process.execPath, serverProgram, 'mcp']
  const { result } = await probeOne(['--era', era, '--timeout', '60000', ...command], {
    DATA_DIR: folder.path,
    ROLE: 'server',
  })
  expect(result).toMatchObject({ era, failed_step: null, consumers: 0 })
})

test('a command that does not exist, and one that ends at once, are unreachable targets', async () => {
  const missing = await probeOne(['--', '/nowhere/mcp-server'])
  expect(missing).toMatchObject({ code: 2, result: { reason: 'unreachable', failed_step: 'connect' } })
  const short = await probeOne(['--', process.execPath, '--version'])
  expect(short).toMatchObject({ code: 2, result: { reason: 'unreachable', failed_step: 'handshake' } })
})
