import { inTurns } from '../../in-turns.ts'
import type { Source } from '../sources/source.ts'

/** A process of a source is busy with itself for the better part of a second before it answers. */
const PROCESSES_AT_ONCE = 2

/**
 * What `ask` gives for each item, in their order: all at the same time, since nobody is to wait for a source that is silent,
 * but a few at a time of those whose source starts a process, since many that start together answer none in time.
 */
export async function askEach<T extends Pick<Source, 'startsProcess'>, Answer>(
  items: readonly T[],
  ask: (item: T) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  const place = async ([at, item]: [number, T]) => {
    answers[at] = await ask(item)
  }
  const { heavy = [], light = [] } = Object.groupBy(items.entries(), ([, { startsProcess }]) =>
    startsProcess ? 'heavy' : 'light',
  )
  await Promise.all([inTurns(heavy, PROCESSES_AT_ONCE, place), ...light.map(place)])
  return answers
}
