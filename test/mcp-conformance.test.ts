import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { runProgram, startProgram, temporaryFolder, type Program } from './support/program.ts'

/** The official suite: it walks through a server as a client would and compares every message with the specification. */
const conformance = fileURLToPath(
  new URL('node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
)

/** The scenarios that ask for nothing but what the specification demands; all others want a server made for them. */
const scenarios: Record<string, string[]> = {
  '2025-06-18': ['server-initialize', 'ping', 'tools-list'],
  '2025-11-25': ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection'],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'server-sse-multiple-streams',
    'sep-2164-resource-not-found',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'input-required-result-missing-input-response',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
  ],
}

/** Parts of those scenarios that need a tool of a certain name, or a kind of thing that this server has none of. */
const beyondUs = new Set([
  'sep-2575-server-rejects-undeclared-capability',
  'sep-2575-missing-capability-http-400',
  'sep-2575-http-server-no-independent-requests-on-stream',
  'sep-2575-server-no-log-without-loglevel',
  'sep-2549-prompts-list-caching-hints',
  'sep-2549-resources-list-caching-hints',
  'sep-2549-resources-templates-list-caching-hints',
])

const Checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program

beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: join(folder.path, 'data') })
})
afterAll(async () => {
  await program?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

for (const [version, names] of Object.entries(scenarios)) {
  test(`the official suite finds nothing wrong by ${version}`, async () => {
    const output = join(folder.path, version)
    const wanted = ['--url', `${program.url}/mcp`, '--spec-version', version, '--suite', 'all', '--output-dir', output]
    const { stderr } = await runProgram(conformance, ['server', ...wanted])
    const folders = await readdir(output)
    for (const name of names) {
      const own = folders.find((each) => each.startsWith(`server-${name}-2`))
      expect(own, `${name} was not run: ${stderr}`).toBeDefined()
      const checks = Checks.parse(JSON.parse(await readFile(join(output, own ?? '', 'checks.json'), 'utf8')))
      const failed = checks.filter(({ id, status }) => status === 'FAILURE' && !beyondUs.has(id))
      expect({ name, failed }).toEqual({ name, failed: [] })
      expect(checks.filter(({ status }) => status === 'SUCCESS').length).toBeGreaterThan(0)
    }
  })
}
