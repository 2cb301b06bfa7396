import { openDesk } from '../contract/desk.ts'
import type { RunningStore } from '../contract/stores.ts'
import { adding } from './adding.ts'
import { changingJobs, changingQueues } from './changing.ts'
import { eventsOf, lookAt, markStep } from './look.ts'
import type { Operation, Planned } from './operation.ts'
import { randomFrom, type Random } from './random.ts'
import { working } from './working.ts'
import { openSide, type Side } from './side.ts'

const STEPS = 40

/**
 * How often each kind comes, of all. What is missing is where BullMQ 6.7 itself goes wrong on Redis: obliterating leaves
 * parents that wait for children of another queue, draining takes wrong jobs when that of a scheduler stands in line.
 */
const kinds: [share: number, operations: Operation[]][] = [
  [0.25, adding],
  [0.4, working],
  [0.25, changingJobs],
  [0.1, changingQueues],
]

const removingTrees = ['remove', 'removeUnprocessedChildren']

/** Taken often, or nothing would ever be in hand. */
const TAKE = 0.4

/**
 * Does the same random things to two stores and compares what they answer, what can be seen of them after each step, and
 * what they told in the end. Gives a report of the first difference, null when there is none.
 */
export async function fuzz(seed: number, reference: RunningStore, tested: RunningStore): Promise<string | null> {
  const desks = [openDesk(reference), openDesk(tested)] as const
  try {
    const sides = [openSide(desks[0], seed), openSide(desks[1], seed)] as const
    return await firstDifference(seed, ...sides)
  } finally {
    for (const desk of desks) await desk.close()
  }
}

async function firstDifference(seed: number, reference: Side, tested: Side): Promise<string | null> {
  const random = randomFrom(seed)
  const history: string[] = []
  const inAnyOrder = new Set<number>()
  const report = (what: string, difference: string) =>
    [`seed ${seed}: they differ in ${what}`, difference, ...history].join('\n')
  for (let step = 0; step < STEPS; step++) {
    const { name, plan } = anyOperation(random)
    const planned = plan(random, { seed, step })
    const [expected, answered] = [await answerOf(planned, reference), await answerOf(planned, tested)]
    history.push(`${step} ${name} ${JSON.stringify(planned.told)} -> ${expected}`)
    // A job is below itself: BullMQ's scripts for Redis end there, and the run with them.
    if (expected.includes('stack overflow')) return null
    if (answered !== expected) return report('an answer', `- ${expected}\n+ ${answered}`)
    const seen = difference(await lookAt(reference), await lookAt(tested))
    if (seen) return report('what is seen', seen)
    if (removingTrees.includes(name)) inAnyOrder.add(step)
    for (const side of [reference, tested]) await markStep(side)
  }
  const told = difference(await eventsOf(reference, inAnyOrder), await eventsOf(tested, inAnyOrder))
  return told && report('events', told)
}

function anyOperation(random: Random): Operation {
  let rest = random.number()
  for (const [share, operations] of kinds) {
    if (rest < share) return operations === working && random.chance(TAKE) ? first(working) : random.pick(operations)
    rest -= share
  }
  return random.pick(working)
}

const first = (operations: Operation[]) => operations[0] as Operation

async function answerOf(planned: Planned, side: Side): Promise<string> {
  try {
    return JSON.stringify(await planned.on(side)) ?? 'done'
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The lines around the first that is not the same, null when all are. */
function difference(expected: string[], found: string[]): string | null {
  const at = expected.findIndex((line, index) => line !== found[index])
  if (at === -1 && expected.length === found.length) return null
  const from = at === -1 ? expected.length : at
  const shown = (sign: string, lines: string[]) => lines.slice(from, from + 3).map((line) => `${sign} ${line}`)
  return [...shown('-', expected), ...shown('+', found)].join('\n')
}
