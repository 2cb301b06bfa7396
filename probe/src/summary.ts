import type { ProbeStep } from '@queue-ops/server/contract'
import type { Step } from './steps/step.ts'
import type { Target } from './target.ts'
import type { Verdict } from './verdict.ts'

/** What a step has found. */
export interface Seen {
  step: Step
  verdict: Verdict
}

/** What all steps of a run come to. */
export interface Summary {
  verdict: Verdict
  failedStep: ProbeStep['name'] | null
}

const severity = { pass: 0, warn: 1, fail: 2, unknown: 3 } as const

/** The worst of the verdicts, the latest among equals, since that is nearest to the queue; other bad ones are added. */
export function sumUp(target: Target, seen: readonly Seen[]): Summary {
  const sorted = seen.toReversed().toSorted((a, b) => severity[b.verdict.status] - severity[a.verdict.status])
  const [worst, ...others] = sorted
  if (worst === undefined) throw new Error('no step applies')
  const { status, reason } = worst.verdict
  if (status === 'pass') {
    const telling = seen.findLast(({ verdict }) => verdict.message !== '')
    const message = telling === undefined ? `${target.name}: all steps passed` : named(target, telling)
    return { verdict: { status, reason, message }, failedStep: null }
  }
  const also = others.filter(({ verdict }) => verdict.status !== 'pass').map((other) => named(target, other))
  return {
    verdict: { status, reason, message: [named(target, worst), ...also].join('; also ') },
    failedStep: status === 'fail' ? worst.step.name : null,
  }
}

function named(target: Target, { step, verdict }: Seen): string {
  return verdict.isNamed === true ? verdict.message : `${target.name} ${step.name}: ${verdict.message}`
}
