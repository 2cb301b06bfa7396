/**
 * The states of a job as they stand in the file. Their order is that of the index `job_by_place`: the newest completed
 * job, the active ones and the next waiting one are neighbours there, so that finishing one job and taking the next writes
 * one page of it and not three.
 */
export const State = {
  failed: 1,
  waitingChildren: 2,
  completed: 3,
  active: 4,
  waiting: 5,
  prioritized: 6,
  delayed: 7,
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
