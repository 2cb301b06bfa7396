import type { QueueSnapshot } from '@queue-ops/server/contract'

/** What the table of queues can be sorted by. */
export interface Column {
  key: string
  title: string
  isNumber: boolean
  /** What is compared; null stands last, whichever way it is sorted. */
  value(queue: QueueSnapshot): string | number | null
}

const gravity = { down: 3, degraded: 2, operational: 0 } as const

/** In the order in which they stand. */
export const columns: readonly Column[] = [
  { key: 'queue', title: 'Queue', isNumber: false, value: ({ queue }) => queue },
  // One that is not watched is between one that works and one that does not.
  { key: 'status', title: 'State', isNumber: true, value: ({ status }) => (status === null ? 1 : gravity[status]) },
  { key: 'waiting', title: 'Waiting', isNumber: true, value: (queue) => waitingOf(queue) },
  { key: 'oldest', title: 'Oldest', isNumber: true, value: ({ oldest_waiting_s }) => oldest_waiting_s },
  { key: 'active', title: 'Active', isNumber: true, value: ({ counts }) => counts.active },
  { key: 'delayed', title: 'Delayed', isNumber: true, value: ({ counts }) => counts.delayed },
  { key: 'failed', title: 'Dead letters', isNumber: true, value: ({ counts }) => counts.failed },
  { key: 'rate', title: 'Per minute', isNumber: true, value: ({ per_minute }) => per_minute },
  { key: 'consumers', title: 'Consumers', isNumber: true, value: ({ consumers }) => consumers },
  {
    key: 'success',
    title: 'Last success',
    isNumber: true,
    value: ({ last_success_at }) => last_success_at && Date.parse(last_success_at),
  },
]

/** Both lists of those that a worker may take now. */
export const waitingOf = ({ counts }: QueueSnapshot): number => counts.waiting + counts.prioritized
