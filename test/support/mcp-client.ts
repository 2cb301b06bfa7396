import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { ExportStatusOutput, HealthReport, StartExportOutput, type ExportResult } from '@queue-ops/server/contract'
import { eventually } from './eventually.ts'
import { bareEnvironment, serverProgram } from './program.ts'

type FetchableResult = ExportResult & { download_url: string }

/** The official client with the calls that the tests make; answers are checked against the contract. */
export interface McpClient extends AsyncDisposable {
  client: Client
  call(name: string, args?: Record<string, unknown>): Promise<CallToolResult>
  /** Starts an export and gives its job id. */
  startExport(args: Record<string, unknown>): Promise<string>
  exportStatus(jobId: string): Promise<ExportStatusOutput>
  /** Polls until the export is completed and its file can be fetched; fails when it failed. */
  finishedExport(jobId: string): Promise<FetchableResult>
  health(): Promise<{ report: HealthReport; isError: boolean }>
}

export async function connectHttp(url: string): Promise<McpClient> {
  return connected(new StreamableHTTPClientTransport(new URL('/mcp', url)))
}

/** Starts the built server as an MCP client would and speaks with it over its stdin and stdout. */
export async function connectStdio(env: Record<string, string>): Promise<McpClient> {
  return connected(
    new StdioClientTransport({
      command: process.execPath,
      args: [serverProgram, 'mcp'],
      env: { ...bareEnvironment(), ...env },
      stderr: 'ignore',
    }),
  )
}

async function connected(transport: Parameters<Client['connect']>[0]): Promise<McpClient> {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const call = async (name: string, args: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: args })) as CallToolResult
  const exportStatus = async (jobId: string) =>
    ExportStatusOutput.parse((await call('get_export_status', { job_id: jobId })).structuredContent)
  return {
    client,
    call,
    exportStatus,
    startExport: async (args) => StartExportOutput.parse((await call('start_export', args)).structuredContent).job_id,
    finishedExport: (jobId) =>
      eventually(async () => {
        const status = await exportStatus(jobId)
        if (!status.result) throw new Error(`export ${jobId} is ${status.state}: ${status.fail_reason}`)
        const { download_url: url } = status.result
        if (url === null) throw new Error(`export ${jobId}: ${status.result.file_problem}`)
        return { ...status.result, download_url: url }
      }),
    async health() {
      const { structuredContent, isError } = await call('health_check')
      return { report: HealthReport.parse(structuredContent), isError: isError === true }
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
}

/** The text of an answer, parsed. */
export function answerText(result: CallToolResult): unknown {
  const [content] = result.content
  if (content?.type !== 'text') throw new Error('the answer has no text')
  return JSON.parse(content.text)
}
