import { list, markdownTable } from './markdown.ts'
import type { Results } from './results.ts'

/** What has to be reached. */
export interface Goal {
  title: string
  /** Whose figure, and which. */
  of: string
  figure: string
  /** The measure that shows in a profile where the time goes, if it is a matter of computing. */
  profile?: string
  /** At least so many times the other's figure; */
  ratio?: { to: string; atLeast: number }
  /** or at most so much, in the figure's unit; */
  atMost?: number
  /** or at least so much. */
  atLeast?: number
  /** Who shows what is possible at all with that operation. */
  floor?: string
}

/** How a goal came out. */
export interface Verdict {
  goal: Goal
  wanted: string
  measured: string
  /** Null when something that it needs was not measured. */
  reached: boolean | null
  /** For a missed goal: what is possible at all in the same operation. */
  floor?: string
}

/** @param nameOf the name of a contender by its id */
export function judge(goal: Goal, results: Results, nameOf: (id: string) => string): Verdict {
  const own = results.median(goal.of, goal.figure)
  const verdict = goal.ratio ? compare(goal.ratio, goal.figure, own, results, nameOf) : bound(goal, own)
  const floor = goal.floor === undefined ? undefined : results.median(goal.floor, goal.figure)
  if (verdict.reached !== false || goal.floor === undefined || floor === undefined) return { goal, ...verdict }
  return { goal, ...verdict, floor: `${nameOf(goal.floor)}: ${round(floor)}` }
}

type Outcome = Pick<Verdict, 'wanted' | 'measured' | 'reached'>

function compare(
  { to, atLeast }: NonNullable<Goal['ratio']>,
  figure: string,
  own: number | undefined,
  results: Results,
  nameOf: (id: string) => string,
): Outcome {
  const other = results.median(to, figure)
  const wanted = `≥ ${atLeast} × ${nameOf(to)}`
  if (own === undefined || other === undefined) return { wanted, measured: 'not measured', reached: null }
  const ratio = own / other
  return { wanted, measured: `${ratio.toFixed(2)} × (${round(own)} to ${round(other)})`, reached: ratio >= atLeast }
}

function bound({ atMost = Infinity, atLeast }: Goal, own: number | undefined): Outcome {
  const wanted = atLeast === undefined ? `≤ ${round(atMost)}` : `≥ ${round(atLeast)}`
  if (own === undefined) return { wanted, measured: 'not measured', reached: null }
  return { wanted, measured: round(own), reached: own <= atMost && own >= (atLeast ?? -Infinity) }
}

const round = (value: number) =>
  value.toLocaleString('en', Math.abs(value) < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 })

/** The section of a report on its goals. */
export function goalSection(verdicts: Verdict[], notes: string[] = []): string[] {
  const rows = verdicts.map(({ goal, wanted, measured, reached, floor }) => [
    goal.title,
    wanted,
    measured,
    reached === null ? 'not measured' : reached ? 'reached' : '**missed**',
    floor ?? '',
  ])
  const table = markdownTable(['', 'goal', 'measured', '', 'floor'], rows)
  return ['## Goals', ...(notes.length > 0 ? [list(notes)] : []), table]
}
