import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { ErrorAnswer } from '../contract.ts'
import type { Call } from '../tools/call.ts'
import { runTool } from '../tools/run-tool.ts'
import type { Tool, ToolAnswer } from '../tools/tool.ts'

/** What a model should have to read at most in one answer, characters. */
const LARGE = 25_000

/**
 * Runs a tool on arguments as they came over the wire and gives the protocol's result, never a rejection: what the
 * caller can mend is `isError` with `{ error }` as text (no structured content, since that would have to have the
 * shape of the output schema), a fault of ours is `isError` with an id that stands in the log too.
 *
 * @param knowsLinks whether the client can read a result with links to resources in it
 */
export async function answerCall(tool: Tool, given: unknown, call: Call, knowsLinks: boolean): Promise<CallToolResult> {
  const { answer, refused } = await runTool(tool, given, call)
  if (refused) return failure(refused.error)
  const result = resultOf(answer, knowsLinks)
  const characters = textOf(result).length
  if (characters > LARGE) call.log.warn({ event: 'large_answer', tool: tool.name, characters }, 'large answer')
  return result
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
