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

/** So many exports in line keep the program at work until the next look, however short they are. */
const IN_LINE = 20
const LOOK_EVERY_MS = 200

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
  const line = new Line(exporter, format)
  try {
    await line.fill()
    await eventually(async () => {
      if (!(await line.isMoving())) throw new Error('no export began')
    })
    const over = new AbortController()
    const [value] = await Promise.all([work().finally(() => over.abort()), line.keepFull(over.signal)])
    return value
  } finally {
    await line.cancel()
  }
}

/** Exports that wait for the one worker, the oldest first. */
class Line {
  readonly #exporter: Exporter
  readonly #format: ExportFormat
  #jobs: string[] = []

  constructor(exporter: Exporter, format: ExportFormat) {
    this.#exporter = exporter
    this.#format = format
  }

  async fill() {
    while (this.#jobs.length < IN_LINE) this.#jobs.push(await this.#exporter.start(this.#format))
  }

  async isMoving() {
    const { state, progress } = await this.#first()
    return state === 'completed' || (state === 'active' && progress !== null)
  }

  /** Until it is told to end. Rejects when an export fails, or when all were over before more could be put in line. */
  async keepFull(end: AbortSignal) {
    while (!end.aborted) {
      await this.#drop()
      if (this.#jobs.length === 0) throw new Error('there was a moment without an export')
      await this.fill()
      await pause(LOOK_EVERY_MS)
    }
    await this.#drop()
    if (this.#jobs.length === 0) throw new Error('the exports were over before the calls')
  }

  async cancel() {
    // The last ones first: what is cancelled while it waits ends as soon as its turn comes.
    for (const job of this.#jobs.toReversed()) await this.#exporter.mcp.call('cancel_export', { job_id: job })
    await eventually(async () => {
      while (this.#jobs.length > 0) {
        const { state } = await this.#first()
        if (state !== 'completed' && state !== 'failed') throw new Error(`${this.#jobs.length} exports did not end`)
        this.#jobs.shift()
      }
    })
  }

  /** Takes those out of the line that are done. */
  async #drop() {
    while (this.#jobs.length > 0) {
      const { state, fail_reason } = await this.#first()
      if (state === 'failed') throw new Error(`an export failed: ${fail_reason}`)
      if (state !== 'completed') return
      this.#jobs.shift()
    }
  }

  #first() {
    return this.#exporter.mcp.exportStatus(this.#jobs[0] ?? '')
  }
}
