import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
} from '@modelcontextprotocol/server'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { EraHeaders } from './era.ts'
import { TASK_TOOL } from './export-tasks.ts'
import { serverInfo } from './introduction.ts'
import type { ToolCall } from './offered-tools.ts'

const VERSION = '2026-07-28'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A call of 2026-07-28 with nothing about it that needs the SDK. */
export interface UsualCall {
  id: string | number
  call: ToolCall
  /** Who calls, as he says himself. */
  client: unknown
}

/**
 * The call in a request whose headers and envelope say the same and nothing out of the ordinary: no progress,
 * no answers to questions of ours, no extension that could make a difference. Null for all others, right or wrong: those are for the SDK (docs/decisions/0031).
 */
export function usualCall(message: unknown, headers: EraHeaders): UsualCall | null {
  if (!isObject(message) || !isObject(message['params'])) return null
  const { jsonrpc, id, method, params, ...others } = message
  const { name, arguments: given, _meta: envelope, ...otherParams } = params as Record<string, unknown>
  const isUsual =
    jsonrpc === '2.0' &&
    (typeof id === 'string' || Number.isSafeInteger(id)) &&
    method === 'tools/call' &&
    typeof name === 'string' &&
    (given === undefined || isObject(given)) &&
    isUsualEnvelope(envelope, name) &&
    Object.keys(others).length + Object.keys(otherParams).length === 0 &&
    headers.protocolVersion === VERSION &&
    headers.method === method &&
    headers.name === name
  if (!isUsual) return null
  const client = (envelope as Record<string, unknown>)[CLIENT_INFO_META_KEY]
  return { id: id as string | number, call: { name, arguments: given, asTask: false }, client }
}

function isUsualEnvelope(envelope: unknown, tool: string): boolean {
  if (!isObject(envelope)) return false
  const {
    [PROTOCOL_VERSION_META_KEY]: version,
    [CLIENT_INFO_META_KEY]: client,
    [CLIENT_CAPABILITIES_META_KEY]: capabilities,
    ...others
  } = envelope
  return (
    version === VERSION &&
    isObject(client) &&
    typeof client['name'] === 'string' &&
    typeof client['version'] === 'string' &&
    isObject(capabilities) &&
    // There is one extension, by which one tool is answered otherwise.
    (!('extensions' in capabilities) || (isObject(capabilities['extensions']) && tool !== TASK_TOOL)) &&
    Object.keys(others).length === 0
  )
}

const serverMeta = { [SERVER_INFO_META_KEY]: serverInfo }

/** The message by which the SDK would send that result. */
export function usualAnswer(id: string | number, result: CallToolResult): object {
  return { result: { ...result, resultType: 'complete', _meta: serverMeta }, jsonrpc: '2.0', id }
}
