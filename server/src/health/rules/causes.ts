/** When nothing is taken, what waits gets older and more, and what is due is not begun. */
const nothingTaken = ['oldest_waiting', 'queue_depth', 'backlog', 'delayed_overdue', 'scheduler_overdue']
const nobodyWorks = ['canary', 'progress', 'failing_attempts', 'active_jobs', ...nothingTaken]

/**
 * What follows from what: when the check on the left fails, those on the right are its consequences. They keep their own
 * verdict, since their numbers say how bad it is, but are no further cause.
 */
const consequences: Record<string, string[]> = {
  store_settings: ['store_writable'],
  store_writable: ['consumers_alive', 'canary', 'progress', 'failing_attempts', 'export_folder', ...nothingTaken],
  worker_running: nobodyWorks,
  consumers_alive: nobodyWorks,
  canary: ['progress', ...nothingTaken],
  progress: nothingTaken,
  failing_attempts: ['oldest_waiting', 'queue_depth', 'backlog'],
  export_folder: ['failing_attempts'],
  stalled_jobs: ['active_jobs', 'consumers_alive'],
  active_jobs: ['oldest_waiting', 'queue_depth', 'backlog'],
  oldest_waiting: ['queue_depth', 'backlog'],
  queue_depth: ['backlog'],
  dlq_growth: ['dlq_depth', 'failure_ratio'],
}

/** Those of some failing checks that do not follow from another of them. */
export function causesAmong(failing: readonly string[]): string[] {
  const explained = new Set(failing.flatMap((name) => consequences[name] ?? []))
  const causes = failing.filter((name) => !explained.has(name))
  // Two that explain each other.
  return causes.length > 0 ? causes : failing.slice(0, 1)
}
