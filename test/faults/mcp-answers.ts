import type { Conduct } from './front.ts'

interface Tool {
  name: string
}

interface ListAnswer {
  result?: { tools?: Tool[] }
}

/** Changes the tools in the answers to tools/list, whether they come as JSON or as an event stream. */
export const withTools =
  (change: (tools: Tool[]) => Tool[]): Conduct =>
  async (_request, _response, rpc) => {
    if (rpc !== 'tools/list') return 'pass'
    const changed = (json: string) => {
      const answer = JSON.parse(json) as ListAnswer
      if (answer.result?.tools) answer.result.tools = change(answer.result.tools)
      return JSON.stringify(answer)
    }
    return (answer) =>
      answer.trimStart().startsWith('{')
        ? changed(answer)
        : answer.replace(/^data: (\{.*\})$/gm, (_line, json: string) => `data: ${changed(json)}`)
  }
