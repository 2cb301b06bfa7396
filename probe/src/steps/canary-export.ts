import type { CallToolResult } from '@modelcontextprotocol/client'
import { ExportStatusOutput, StartExportOutput, type ExportResult } from '@queue-ops/server/contract'
import { setTimeout as pause } from 'node:timers/promises'
import { StepFailure } from '../failure.ts'
import { connected, type Session } from '../session.ts'
import type { CanaryExport } from '../target.ts'
import { objectIn, wordsOf } from '../tool-answer.ts'
import { verifyFile } from './canary-file.ts'
import type { Step } from './step.ts'

const pollMs = 250
/** Left of the step's time for taking the export back, or for a file that was done at the last moment. */
const cleanUpMs = 1000

/** Does an export really come out at the other end? Started, waited for, downloaded, compared with its checksum and rows. */
export const canaryExport: Step = {
  name: 'canary_export',
  // It puts a job into the queue.
  isRepeatable: false,
  applies: ({ target, isCanaryDue, hasFailed, tools }) =>
    target.steps.canary_export !== null &&
    isCanaryDue &&
    // An ill queue is not given more to do.
    !hasFailed &&
    (tools === null || (tools.has('start_export') && tools.has('get_export_status'))),
  async ask(session, signal) {
    const { canary_export: settings } = session.target.steps
    if (settings === null) return undefined
    const begun = performance.now()
    const waitMs = Math.max(session.target.timeouts.steps.canary_export - cleanUpMs, cleanUpMs)
    const { job_id: jobId } = await start(session, settings, signal)
    let result: ExportResult
    try {
      result = await finished(session, jobId, begun + waitMs, signal)
    } catch (error) {
      await takeBack(session, jobId)
      throw error
    }
    await verifyFile(session, result, { signal, ms: begun + waitMs + cleanUpMs / 2 - performance.now() })
    session.learnt.canary_ms = Math.round(performance.now() - begun)
    return undefined
  },
}

const failed = (message: string) => new StepFailure('canary_failed', message)

async function start(session: Session, { dataset, limit }: CanaryExport, signal: AbortSignal) {
  // One row is one line, so that rows can be counted.
  const args = { format: 'ndjson', limit, ...(dataset === null ? {} : { dataset }) }
  const answer = await call(session, 'start_export', args, signal)
  const started = StartExportOutput.safeParse(objectIn(answer))
  if (answer.isError === true || !started.success) throw failed(`start_export answered ${wordsOf(answer) || 'nothing'}`)
  return started.data
}

async function finished(session: Session, jobId: string, deadline: number, signal: AbortSignal): Promise<ExportResult> {
  for (;;) {
    const answer = await call(session, 'get_export_status', { job_id: jobId }, signal)
    const status = ExportStatusOutput.safeParse(objectIn(answer))
    if (!status.success) throw failed(`get_export_status answered ${wordsOf(answer) || 'nothing'}`)
    const { state, result, fail_reason: reason } = status.data
    if (result !== null) return result
    if (state === 'failed') throw failed(`the export has failed: ${reason ?? 'no reason given'}`)
    if (state === 'completed') throw failed('the export was cancelled by somebody else')
    if (performance.now() > deadline) {
      const hint = state === 'waiting' || state === 'prioritized' ? ': no worker has taken it' : ''
      throw failed(`the export is still ${state} after the time it was given${hint}`)
    }
    await pause(pollMs, undefined, { signal })
  }
}

/** As far as possible: an export that is done stays until the server's retention takes it. */
async function takeBack(session: Session, jobId: string): Promise<void> {
  if (session.tools?.has('cancel_export') !== true) return
  await call(session, 'cancel_export', { job_id: jobId }, AbortSignal.timeout(cleanUpMs)).catch(() => undefined)
}

async function call(session: Session, name: string, args: object, signal: AbortSignal): Promise<CallToolResult> {
  const request = { method: 'tools/call' as const, params: { name, arguments: args } }
  return connected(session).request(request, { signal, timeout: 2 ** 31 - 1 })
}
