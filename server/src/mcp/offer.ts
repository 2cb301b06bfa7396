import type { ExportTasks } from './export-tasks.ts'
import type { OfferedResources } from './offered-resources.ts'
import type { OfferedTools } from './offered-tools.ts'

/** Everything that clients of every protocol era are offered. */
export interface Offer {
  tools: OfferedTools
  resources: OfferedResources
  /** Null where nothing can be started, and so nothing as a task. */
  tasks: ExportTasks | null
}
