import type { CallToolResult } from '@modelcontextprotocol/client'
import { oneLine } from './sentence.ts'

/** The texts of an answer, as one line of at most 200 characters. */
export function wordsOf(result: CallToolResult): string {
  return oneLine(textsOf(result).join(' '), 200)
}

/** The object that a tool answered: structured, or else as the first text that is one. Undefined when there is none. */
export function objectIn(result: CallToolResult): object | undefined {
  const { structuredContent } = result
  if (typeof structuredContent === 'object' && structuredContent !== null) return structuredContent
  return textsOf(result)
    .map(parseObject)
    .find((object) => object !== undefined)
}

const textsOf = ({ content }: CallToolResult) => content.flatMap((item) => (item.type === 'text' ? [item.text] : []))

function parseObject(text: string): object | undefined {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}
