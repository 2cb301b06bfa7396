import { contenderOf } from './contenders.ts'
import type { Goal } from './goals.ts'
import type { Results } from './results.ts'

/** How a goal came out. */
export interface Verdict {
  goal: Goal
  wanted: string
  measured: string
  /** Null when something that it needs was not measured. */
  reached: boolean | null
  /** For a missed goal: what plain statements reach in the same operation. */
  floor?: string
}

export function judge(goal: Goal, results: Results): Verdict {
  const own = results.median(goal.of, goal.figure)
  const verdict = goal.ratio ? compare(goal.ratio, goal.figure, own, results) : bound(goal.atMost ?? 0, own)
  const floor = goal.floor === undefined ? undefined : results.median(goal.floor, goal.figure)
  if (verdict.reached !== false || goal.floor === undefined || floor === undefined) return { goal, ...verdict }
  return { goal, ...verdict, floor: `${contenderOf(goal.floor).name}: ${round(floor)}` }
}

function compare(
  { to, atLeast }: NonNullable<Goal['ratio']>,
  figure: string,
  own: number | undefined,
  results: Results,
): Pick<Verdict, 'wanted' | 'measured' | 'reached'> {
  const other = results.median(to, figure)
  const wanted = `≥ ${atLeast} × ${contenderOf(to).name}`
  if (own === undefined || other === undefined) return { wanted, measured: 'not measured', reached: null }
  const ratio = own / other
  return { wanted, measured: `${ratio.toFixed(2)} × (${round(own)} to ${round(other)})`, reached: ratio >= atLeast }
}

function bound(atMost: number, own: number | undefined): Pick<Verdict, 'wanted' | 'measured' | 'reached'> {
  const wanted = `≤ ${atMost}`
  if (own === undefined) return { wanted, measured: 'not measured', reached: null }
  return { wanted, measured: round(own), reached: own <= atMost }
}

const round = (value: number) =>
  value.toLocaleString('en', value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 })
