import { setTimeout as pause } from 'node:timers/promises'
import type { ExportFormat } from '@queue-ops/server/contract'
import { eventually } from '../../support/eventually.ts'
import type { McpClient } from '../../support/mcp-client.ts'
import { quantile, type Figures } from '../figures.ts'
import type { BenchData } from './bench-data.ts'
import { startExporter, type Exporter } from './exporter.ts'

/**
 * A call every so many milliseconds, whether the ones before are answered or not: a stall delays all that it meets. Few
 * enough that the calls themselves are no load.
 */
const PERIOD_MS = 20
export const CALLS_A_SECOND = 1000 / PERIOD_MS

/** So many exports in line keep the program at work for as long as calls are made. */
const IN_LINE = 20

const WARM_UP_CALLS = 200

/** What the program with this id does while it is called. */
export const idle = 'program-idle'
export const program = (format: ExportFormat) => `program-${format}`

/**
 * How long `health_check` takes over MCP and HTTP in milliseconds, while the program has nothing else to do and while it
 * exports all rows in each format, one export at a time. Each format is compared with the quiet seconds just before it, as
 * the machine may have other work. By what the program does.
 */
export async function liveLoop(
  data: BenchData,
  formats: ExportFormat[],
  calls: number,
  failed: (format: ExportFormat, problem: unknown) => void,
): Promise<Map<string, Figures>> {
  await using exporter = await startExporter(data)
  await latencies(exporter.mcp, WARM_UP_CALLS)
  const figures = new Map<string, Figures>()
  const allQuiet: number[] = []
  for (const format of formats) {
    try {
      const quiet = await latencies(exporter.mcp, calls)
      allQuiet.push(...quiet)
      const busy = await whileExporting(exporter, format, () => latencies(exporter.mcp, calls))
      const callAbove = quantile(busy, 0.99) - quantile(quiet, 0.99)
      figures.set(program(format), { ...figuresOf(busy), callAbove })
    } catch (error) {
      failed(format, error)
    }
  }
  return allQuiet.length > 0 ? figures.set(idle, figuresOf(allQuiet)) : figures
}

const figuresOf = (ms: number[]): Figures => ({
  callP50: quantile(ms, 0.5),
  callP99: quantile(ms, 0.99),
  callMax: Math.max(...ms),
})

/** From each call to its answer. */
function latencies(mcp: McpClient, calls: number): Promise<number[]> {
  return Promise.all(
    Array.from({ length: calls }, async (_, at) => {
      await pause(at * PERIOD_MS)
      const startedAt = performance.now()
      const { isError } = await mcp.call('health_check')
      const tookMs = performance.now() - startedAt
      if (isError) throw new Error('health_check told that something is wrong')
      return tookMs
    }),
  )
}

/** Rejects when there was a moment without an export. */
async function whileExporting<T>(exporter: Exporter, format: ExportFormat, work: () => Promise<T>): Promise<T> {
  const jobs: string[] = []
  for (let job = 0; job < IN_LINE; job++) jobs.push(await exporter.start(format))
  const states = () => Promise.all(jobs.map((job) => exporter.mcp.exportStatus(job)))
  try {
    await eventually(async () => {
      if (!(await states()).some(({ state, progress }) => state === 'active' && progress)) {
        throw new Error('no export began')
      }
    })
    const value = await work()
    const after = await states()
    const failure = after.find(({ state }) => state === 'failed')
    if (failure) throw new Error(`an export failed: ${failure.fail_reason}`)
    if (after.every(({ state }) => state === 'completed')) throw new Error('the exports were over before the calls')
    return value
  } finally {
    // The last ones first: what is cancelled while it waits ends as soon as its turn comes.
    for (const job of jobs.toReversed()) await exporter.mcp.call('cancel_export', { job_id: job })
    await eventually(async () => {
      const open = (await states()).filter(({ state }) => state !== 'completed' && state !== 'failed')
      if (open.length > 0) throw new Error(`${open.length} exports did not end`)
    })
  }
}
