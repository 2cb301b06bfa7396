import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { OpsError, type ErrorCode } from '../errors.ts'
import { hasForbiddenKey } from '../exports/forbidden-key.ts'
import type { Call } from './call.ts'
import { isDeeperThan } from './depth.ts'
import type { Tool, ToolAnswer } from './tool.ts'

/** No tool needs five. What is far deeper is refused before it is known what it is. */
const MAX_DEPTH = 32

/** What became of a call: an answer, or one sentence for the caller. `internal` is a fault of ours, told in the log. */
export type ToolOutcome =
  | { answer: ToolAnswer<Record<string, unknown>>; refused: null }
  | { answer: null; refused: { code: ErrorCode | 'internal'; error: string } }

/**
 * Runs a tool on arguments as they came over the wire, the same for every way in which tools are offered. Never rejects: a fault
 * of ours is told with an id that stands in the log too.
 */
export async function runTool(tool: Tool, given: unknown, call: Call): Promise<ToolOutcome> {
  const { log } = call
  const wrong = (why: string) => refused('invalid_input', `Wrong arguments for ${tool.name}: ${why}.`)
  try {
    if (isDeeperThan(MAX_DEPTH, given)) return wrong(`they are nested more than ${MAX_DEPTH} levels deep`)
    if (hasForbiddenKey(given)) return wrong('nothing can be named "__proto__"')
    const parsed = tool.input.safeParse(given)
    if (!parsed.success) return wrong(mistakes(parsed.error))
    return { answer: await tool.handle(parsed.data, call), refused: null }
  } catch (error) {
    if (error instanceof OpsError) {
      if (error.cause)
        log.warn({ event: 'tool_refused', tool: tool.name, code: error.code, err: error.cause }, error.message)
      return refused(error.code, error.message)
    }
    const id = randomUUID()
    log.error(
      { event: 'tool_error', tool: tool.name, error_id: id, err: error },
      'a tool call failed for a reason that is ours',
    )
    return refused('internal', `${tool.name} failed inside the server; its log has the details under ${id}.`)
  }
}

const refused = (code: ErrorCode | 'internal', error: string): ToolOutcome => ({
  answer: null,
  refused: { code, error },
})

/** Every mistake in arguments, each with its place. */
export const mistakes = (error: z.ZodError): string =>
  error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message))
    .join('; ')
