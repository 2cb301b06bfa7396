import type { CallToolResult } from '@modelcontextprotocol/client'
import { HealthReport, type CheckStatus } from '@queue-ops/server/contract'
import { z } from 'zod'
import { StepFailure } from './failure.ts'
import { oneLine } from './sentence.ts'
import { objectIn, wordsOf } from './tool-answer.ts'
import { judge, unseen, type Judgement } from './verdict.ts'

/**
 * Judges what the tool health_check answered. A report of the contract is believed whether or not the answer is marked as
 * an error: unhealthy answers are marked. `isOwn`: it comes from Queue Ops, which owes such a report. Others are taken by
 * `healthy`, `status`, or the mark. Throws StepFailure `tool_failed` or `no_report` when there is no verdict in it.
 */
export function judgeAnswer(result: CallToolResult, isOwn: boolean): Judgement {
  const answer = objectIn(result)
  const report = HealthReport.safeParse(answer)
  if (report.success) return judge(report.data)
  const foreign = isOwn ? null : judgeForeign(result, answer)
  if (foreign !== null) return { verdict: foreign, numbers: unseen, findings: [] }
  if (answer === undefined) throw withoutReport(result)
  const wrong = new Set(report.error.issues.map((issue) => issue.path.join('.') || 'the whole'))
  const places = [...wrong].slice(0, 3).join(', ')
  throw new StepFailure('no_report', `answered something that is not a health report (wrong: ${places})`)
}

function withoutReport(result: CallToolResult): StepFailure {
  const words = wordsOf(result)
  if (result.isError === true) return new StepFailure('tool_failed', `reported an error: ${words || 'no reason given'}`)
  return new StepFailure('no_report', `answered no health report${words === '' ? '' : `: ${words}`}`)
}

const ForeignReport = z.object({
  healthy: z.boolean().optional(),
  ok: z.boolean().optional(),
  status: z.union([z.string(), z.boolean()]).optional(),
  message: z.string().optional(),
  summary: z.string().optional(),
})

const words: Record<Exclude<CheckStatus, 'unknown'>, string[]> = {
  pass: [
    'ok',
    'okay',
    'up',
    'healthy',
    'pass',
    'passing',
    'operational',
    'green',
    'running',
    'alive',
    'ready',
    'success',
  ],
  warn: ['warn', 'warning', 'degraded', 'yellow', 'partial'],
  fail: ['fail', 'failed', 'failing', 'down', 'unhealthy', 'error', 'critical', 'red', 'dead', 'stopped', 'outage'],
}

const reasons = { pass: null, warn: 'degraded', fail: 'unhealthy' } as const

/** What the answer of a server of somebody else's says, at its worst; null when it says nothing that is understood. */
function judgeForeign(result: CallToolResult, answer: object | undefined): Judgement['verdict'] | null {
  const parsed = ForeignReport.safeParse(answer)
  const report = parsed.success ? parsed.data : {}
  const said = [flag(report.healthy), flag(report.ok), wordStatus(report.status ?? wordsOf(result))]
  const votes = said.filter((status) => status !== null)
  // Without anything else an answer that is marked as no error is the verdict; one marked as an error is a tool that failed.
  if (votes.length === 0 && result.isError !== false) return null
  const status = (['fail', 'warn'] as const).find((status) => votes.includes(status)) ?? 'pass'
  const worst = result.isError === true ? 'fail' : status
  const told = oneLine(report.summary ?? report.message ?? '', 300) || wordsOf(result)
  return { status: worst, reason: reasons[worst], message: `answered ${told || 'without a word'}` }
}

const flag = (value: boolean | undefined) =>
  value === undefined ? null : value ? ('pass' as const) : ('fail' as const)

function wordStatus(status: string | boolean): keyof typeof words | null {
  if (typeof status === 'boolean') return flag(status)
  const word = status.trim().toLowerCase().replace(/[.!]$/, '')
  return (['pass', 'warn', 'fail'] as const).find((name) => words[name].includes(word)) ?? null
}
