import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue } from 'bullmq'
import { closestName } from '../closest-name.ts'
import { OpsError } from '../errors.ts'
import type { Store } from '../queue/store.ts'
import { isNameable, LONGEST_QUEUE_NAME } from './nameable.ts'
import { operationsQueueName } from './operation-job.ts'

/** So long the queues that were found under the prefix are told again instead of being looked for. */
const FOUND_FOR_MS = 3000
/** A name that was not among them may be new, so they are looked for again before it is refused, but not more often. */
const LOOK_AGAIN_MS = 500

/** So many names stand in an error. */
const NAMED = 20

/** The queues that operators work on: the exports, those that are configured, and what is found when that is asked for. */
export interface AttachedQueues {
  /** The exports first. Rejects with OpsError `store_unavailable`. */
  names(): Promise<string[]>
  /**
   * Opens one of them, the exports when none is named. Rejects with OpsError `invalid_input` for any other, and
   * `store_unavailable`.
   */
  open(name?: string): Promise<Queue>
}

export interface AttachedSettings {
  /** Further ones besides the exports. */
  queues: readonly string[]
  /** Every queue under the prefix belongs to them too. */
  discover: boolean
  /** Our own queues, which are nobody's to work on. Those of other installations are told by their names. */
  except: readonly string[]
}

/** @param main the queue of the exports, whose connection all of them share */
export function attachQueues(store: Store, main: Queue, settings: AttachedSettings): AttachedQueues {
  const named = [main.name, ...settings.queues.filter((name) => name !== main.name)]
  const siblings = siblingsOf(store, main)
  let found: { names: Promise<string[]>; at: number } | null = null
  const find = (atMostMs: number) => {
    if (!found || performance.now() - found.at >= atMostMs) {
      const looking = { names: store.listQueues(main).then((names) => names ?? []), at: performance.now() }
      looking.names.catch(() => (found = found === looking ? null : found))
      found = looking
    }
    return found.names
  }
  const names = async (atMostMs = FOUND_FOR_MS) => {
    if (!settings.discover) return named
    const all = [...named, ...(await find(atMostMs))]
    const records = new Set([...settings.except, ...all.map(operationsQueueName)])
    const others = all.slice(named.length).filter((name) => !named.includes(name) && !records.has(name))
    return [...named, ...others]
  }
  return {
    names: () => names(),
    async open(name = main.name) {
      // Whoever knows a configured one by name need not wait until all others were looked for.
      if (named.includes(name) || (await names()).includes(name)) return siblings(name)
      const before = found
      await pause(before ? before.at + LOOK_AGAIN_MS - performance.now() : 0)
      requireKnown(name, await names(found === before ? 0 : FOUND_FOR_MS))
      return siblings(name)
    },
  }
}

const pause = (ms: number) => (ms > 0 ? sleep(ms) : Promise.resolve())

/** Queues on the connection of `main`, each opened once. */
export function siblingsOf(store: Pick<Store, 'openSibling'>, main: Queue): (name: string) => Queue {
  const opened = new Map<string, Queue>([[main.name, main]])
  return (name) => {
    const queue = opened.get(name) ?? store.openSibling(main, name)
    opened.set(name, queue)
    return queue
  }
}

function requireKnown(name: string, all: readonly string[]) {
  if (all.includes(name)) return
  const names = all.filter((one) => isNameable(one, LONGEST_QUEUE_NAME))
  const meant = closestName(name, [...names])
  const others =
    names.length > NAMED ? `${names.slice(0, NAMED).join(', ')} and others, see list_queues` : names.join(', ')
  const hint = meant ? `did you mean "${meant}"?` : `the queues are: ${others}.`
  throw new OpsError('invalid_input', `There is no queue "${name.slice(0, 100)}" here; ${hint}`)
}
