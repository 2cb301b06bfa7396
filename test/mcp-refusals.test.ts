import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program

beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
})
afterAll(async () => {
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const VERSION = '2026-07-28'
const envelope = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}
type Params = Record<string, unknown>

/** A request as a client of each era writes it. */
const requests = {
  legacy: (method: string, params: Params) => ({ body: { jsonrpc: '2.0', id: 1, method, params }, headers: {} }),
  modern: (method: string, params: Params) => ({
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: envelope } },
    headers: {
      'mcp-protocol-version': VERSION,
      'mcp-method': method,
      ...(typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}),
    },
  }),
}

interface Answer {
  id?: unknown
  error?: { code: number; message: string; data?: unknown }
  result?: { isError?: boolean; content?: { text: string }[] }
}

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${program.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const text = await response.text()
  // Nothing of how the server is made reaches a client.
  for (const inner of [folder.path, 'node_modules', '    at ', 'sqlite:']) expect(text).not.toContain(inner)
  return { status: response.status, answer: JSON.parse(text) as Answer }
}

const tooDeep = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_600, message: 'The message is nested more than 64 levels deep.' },
}
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

for (const [era, request] of Object.entries(requests)) {
  describe(`a client of the ${era} era`, () => {
    const send = (method: string, params: Params = {}) => {
      const { body, headers } = request(method, params)
      return post(body, headers as Record<string, string>)
    }

    test.each<[string, Params, string]>([
      ['an unknown tool', { name: 'drop_tables' }, 'There is no tool "drop_tables"; the tools are: start_export'],
      ['a tool with a long name', { name: 'x'.repeat(5000) }, `There is no tool "${'x'.repeat(100)}"; `],
      ['a tool whose name is a number', { name: 5 }, 'A call needs the name of a tool'],
      ['a tool without a name', {}, 'A call needs the name of a tool'],
      ['arguments that are text', { name: 'start_export', arguments: 'csv' }, 'Arguments are an object'],
      ['arguments that are null', { name: 'start_export', arguments: null }, 'Arguments are an object'],
      ['arguments that are a list', { name: 'start_export', arguments: [] }, 'Arguments are an object'],
    ])('is told by the protocol about %s', async (_, params, told) => {
      const { answer } = await send('tools/call', params)
      expect(answer).toMatchObject({ id: 1, error: { code: -32_602 } })
      expect(answer.error?.message.startsWith(told)).toBe(true)
    })

    test('is told by the protocol that there is no other page of tools', async () => {
      expect((await send('tools/list', { cursor: 'next' })).answer.error).toEqual({
        code: -32_602,
        message: 'All tools are on one page: leave the cursor out.',
      })
    })

    test.each(['tools/drop', 'prompts/list', 'completion/complete', 'sampling/createMessage'])(
      'is told by the protocol that there is no method %s',
      async (method) => {
        const { status, answer } = await send(method)
        expect(answer).toMatchObject({ id: 1, error: { code: -32_601 } })
        expect(status).toBe(era === 'modern' ? 404 : 200)
      },
    )

    const long = Array.from({ length: 10_000 }, (_, at) => `city ${at}`)
    test.each<[string, string, Params, string]>([
      ['a missing argument', 'start_export', {}, 'format'],
      ['a wrong type', 'get_export_status', { job_id: 7 }, 'job_id: Invalid input: expected string, received number'],
      ['an unknown argument', 'list_exports', { page: 2 }, 'page'],
      ['an unknown dataset', 'start_export', { format: 'csv', dataset: 'x' }, 'the datasets are: cities'],
      ['an unknown column', 'start_export', { format: 'csv', columns: ['x'] }, 'its columns are: id, name'],
      ['a filter on nothing', 'start_export', { format: 'csv', filters: { x: 1 } }, 'its columns are: id, name'],
      [
        'a filter of 10,000 values',
        'start_export',
        { format: 'csv', filters: { name: { in: long } } },
        'in needs a list of 1 to 1,000 values',
      ],
      ['a job that nobody started', 'get_export_status', { job_id: 'of-another' }, 'Job not found'],
      ['a cursor that nobody gave', 'list_datasets', { cursor: '🦊' }, 'This cursor is not of this list'],
      ['a key that would be lost', 'start_export', JSON.parse('{"format":"csv","__proto__":1}') as Params, '__proto__'],
    ])('is told by the tool about %s, in few words', async (_, name, args, told) => {
      const { status, answer } = await send('tools/call', { name, arguments: args })
      expect({ status, isError: answer.result?.isError }).toEqual({ status: 200, isError: true })
      const text = answer.result?.content?.[0]?.text ?? ''
      expect((JSON.parse(text) as { error: string }).error).toContain(told)
      expect(text.length).toBeLessThan(500)
    })

    test('is told when arguments are nested too deep, or without end', async () => {
      const { body, headers } = request('tools/call', {
        name: 'start_export',
        arguments: { filters: { name: 'DEEP' } },
      })
      const asked = (levels: number) =>
        post(JSON.stringify(body).replace('"DEEP"', nested(levels)), headers as Record<string, string>)
      expect((await asked(40)).answer.result?.content?.[0]?.text).toContain('nested more than 32 levels deep')
      expect(await asked(200_000)).toEqual({ status: 400, answer: tooDeep })
    })

    test('is refused with 10 MB', async () => {
      const { body, headers } = request('tools/call', {
        name: 'start_export',
        arguments: { dataset: 'x'.repeat(10e6) },
      })
      const { status, answer } = await post(body, headers as Record<string, string>)
      expect(status).toBe(413)
      expect(answer).toMatchObject({ id: null, error: { message: 'The body is larger than 1048576 bytes.' } })
    })
  })
}

test.each([
  `{"jsonrpc":"2.0","id":1,"result":{"x":${nested(400_000)}}}`,
  `{"jsonrpc":"2.0","id":${nested(400_000)},"method":"tools/list"}`,
  nested(400_000),
])('what is nested without end is refused in one sentence', async (body) => {
  expect(await post(body)).toEqual({ status: 400, answer: tooDeep })
})

test.each(['null', '5', '{}', '', '[]', '{"jsonrpc":"1.0","id":3,"method":"tools/list"}'])(
  'what is no message of the protocol is refused by it: %s',
  async (body) => {
    const { status, answer } = await post(body)
    expect(status).toBe(400)
    expect(answer).toMatchObject({ jsonrpc: '2.0', error: { code: -32_600 } })
  },
)

test('a version that is not spoken is refused with those that are', async () => {
  const { body } = requests.modern('tools/list', {})
  const version = '2099-01-01'
  const later = { ...body, params: { _meta: { ...envelope, 'io.modelcontextprotocol/protocolVersion': version } } }
  const { status, answer } = await post(later, { 'mcp-protocol-version': version, 'mcp-method': 'tools/list' })
  expect(status).toBe(400)
  expect(answer.error).toMatchObject({ code: -32_022, data: { supported: [VERSION], requested: version } })
  const older = await post(requests.legacy('tools/list', {}).body, { 'mcp-protocol-version': '1999-01-01' })
  expect(older).toMatchObject({ status: 400, answer: { error: { message: expect.stringContaining('2025-11-25') } } })
})

test('headers that say something else than the body are refused', async () => {
  const { body, headers } = requests.modern('tools/call', { name: 'health_check' })
  for (const wrong of [
    { 'mcp-name': 'list_datasets' },
    { 'mcp-method': 'tools/list' },
    { 'mcp-protocol-version': '' },
  ]) {
    const { status, answer } = await post(body, { ...(headers as Record<string, string>), ...wrong })
    expect({ status, code: answer.error?.code }).toEqual({ status: 400, code: -32_020 })
  }
})

test('nothing that a client has sent is logged as a fault of ours', () => {
  expect(program.log().filter(({ level }) => Number(level) >= 40)).toEqual([])
})
