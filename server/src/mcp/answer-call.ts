import { randomUUID } from 'node:crypto'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { z } from 'zod'
import type { ErrorAnswer } from '../contract.ts'
import { OpsError } from '../errors.ts'
import { hasForbiddenKey } from '../exports/forbidden-key.ts'
import type { Call } from '../tools/call.ts'
import type { Tool, ToolAnswer } from '../tools/tool.ts'
import { isDeeperThan } from './depth.ts'

/** What a model should have to read at most in one answer, characters. */
const LARGE = 25_000

/** No tool needs five. What is far deeper is refused before it is known what it is. */
const MAX_DEPTH = 32

/**
 * Runs a tool on arguments as they came over the wire and gives the protocol's result, never a rejection: what the
 * caller can mend is `isError` with `{ error }` as text (no structured content, since that would have to have the
 * shape of the output schema), a fault of ours is `isError` with an id that stands in the log too.
 *
 * @param knowsLinks whether the client can read a result with links to resources in it
 */
export async function answerCall(tool: Tool, given: unknown, call: Call, knowsLinks: boolean): Promise<CallToolResult> {
  const { log } = call
  try {
    if (isDeeperThan(MAX_DEPTH, given)) {
      return failure(`Wrong arguments for ${tool.name}: they are nested more than ${MAX_DEPTH} levels deep.`)
    }
    if (hasForbiddenKey(given)) return failure(`Wrong arguments for ${tool.name}: nothing can be named "__proto__".`)
    const parsed = tool.input.safeParse(given)
    if (!parsed.success) return failure(`Wrong arguments for ${tool.name}: ${mistakes(parsed.error)}.`)
    const result = resultOf(await tool.handle(parsed.data, call), knowsLinks)
    const characters = textOf(result).length
    if (characters > LARGE) log.warn({ event: 'large_answer', tool: tool.name, characters }, 'large answer')
    return result
  } catch (error) {
    if (error instanceof OpsError) {
      if (error.cause)
        log.warn({ event: 'tool_refused', tool: tool.name, code: error.code, err: error.cause }, error.message)
      return failure(error.message)
    }
    const id = randomUUID()
    log.error(
      { event: 'tool_error', tool: tool.name, error_id: id, err: error },
      'a tool call failed for a reason that is ours',
    )
    return failure(`${tool.name} failed inside the server; its log has the details under ${id}.`)
  }
}

/** An answer as the protocol has it. */
export function resultOf(
  { output, isError = false, links = [] }: ToolAnswer<Record<string, unknown>>,
  knowsLinks: boolean,
): CallToolResult {
  const content: CallToolResult['content'] = [{ type: 'text', text: JSON.stringify(output) }]
  if (knowsLinks) for (const link of links) content.push({ type: 'resource_link', ...link })
  return { content, structuredContent: output, isError }
}

/** The text of a result of ours. */
export const textOf = ({ content: [first] }: CallToolResult): string => (first?.type === 'text' ? first.text : '')

function failure(error: string): CallToolResult {
  const answer: ErrorAnswer = { error }
  return { content: [{ type: 'text', text: JSON.stringify(answer) }], isError: true }
}

const mistakes = (error: z.ZodError) =>
  error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
    .join('; ')
