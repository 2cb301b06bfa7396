/** The states of a job as they stand in the file. */
export const State = {
  waiting: 1,
  prioritized: 2,
  delayed: 3,
  active: 4,
  waitingChildren: 5,
  completed: 6,
  failed: 7,
} as const

export type State = (typeof State)[keyof typeof State]

/** The column of the queue's row that counts the jobs of a state. */
export const counterOf = {
  [State.waiting]: 'waiting',
  [State.prioritized]: 'prioritized',
  [State.delayed]: 'delayed',
  [State.active]: 'active',
  [State.waitingChildren]: 'waiting_children',
  [State.completed]: 'completed',
  [State.failed]: 'failed',
} as const

/** As `Job.getState` says them. */
export const publicName = {
  [State.waiting]: 'waiting',
  [State.prioritized]: 'prioritized',
  [State.delayed]: 'delayed',
  [State.active]: 'active',
  [State.waitingChildren]: 'waiting-children',
  [State.completed]: 'completed',
  [State.failed]: 'failed',
} as const

const byName: Record<string, State> = {
  wait: State.waiting,
  ...Object.fromEntries(Object.entries(publicName).map(([state, name]) => [name, Number(state) as State])),
}

/**
 * The state that BullMQ means by a name. `paused` has none: since version 6 the jobs of a paused queue wait like all
 * others, and the name stands for an empty list.
 */
export const stateNamed = (name: string): State | undefined => byName[name]
