import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clients, type AnyClient } from './support/mcp-clients.ts'
import { definedTools } from './support/defined-tools.ts'
import { startProgram, temporaryFolder, type Program } from './support/program.ts'
import { toolsReference } from './support/tools-reference.ts'

const LIST_TOKENS = 6000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let program: Program
let client: AnyClient
let listed: { name: string; description?: string; inputSchema?: object; outputSchema?: object; annotations?: object }[]

beforeAll(async () => {
  folder = await temporaryFolder()
  program = await startProgram({ DATA_DIR: folder.path, ROLE: 'server' })
  const pinned = clients['the same, pinned to 2026-07-28']
  if (!pinned) throw new Error('there is no such client')
  client = await pinned.connect({ url: program.url })
  listed = (await client.listTools()) as typeof listed
})
afterAll(async () => {
  for (const part of [client, program, folder]) await part?.[Symbol.asyncDispose]()
})

test('the list is as reviewed', async () => {
  await expect(`${JSON.stringify(listed, null, 2)}\n`).toMatchFileSnapshot('snapshots/tools.json')
})

test('docs/tools.md says what the definitions say', async () => {
  await expect(toolsReference(definedTools())).toMatchFileSnapshot('../docs/tools.md')
})

test('every tool that is defined is listed, in that order', () => {
  expect(listed.map(({ name }) => name)).toEqual(definedTools().map(({ name }) => name))
})

test(`the whole list takes a model less than ${LIST_TOKENS} tokens to read`, () => {
  const tokens = encode(JSON.stringify({ tools: listed })).length
  console.info(`${listed.length} tools: ${tokens} tokens`)
  expect(tokens).toBeLessThan(LIST_TOKENS)
})

test('what is listed holds for validators of draft 7 and of 2020-12 alike', () => {
  const ofOneDialect =
    /"(\$schema|\$ref|\$defs|definitions|prefixItems|dependentRequired|additionalItems|unevaluated\w+)":/
  for (const { name, ...schemas } of listed) {
    expect({ name, found: ofOneDialect.exec(JSON.stringify(schemas))?.[1] }).toEqual({ name, found: undefined })
  }
})

test('every tool says what it does, what it takes and what it may break', () => {
  for (const { name, description, inputSchema, outputSchema, annotations } of listed) {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(description?.length).toBeGreaterThan(30)
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(outputSchema).toMatchObject({ type: 'object' })
    expect(annotations).toMatchObject({ readOnlyHint: expect.any(Boolean), openWorldHint: expect.any(Boolean) })
  }
})
