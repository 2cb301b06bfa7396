import type { ComponentType } from 'react'
import { ExportsView } from './exports/exports-view.tsx'
import { FailuresView } from './failures/failures-view.tsx'
import { GroupView } from './failures/group-view.tsx'
import { JobView } from './job/job-view.tsx'
import { NothingHere } from './nothing-here.tsx'
import { OperationView } from './operations/operation-view.tsx'
import { OperationsView } from './operations/operations-view.tsx'
import { Overview } from './overview.tsx'
import { QueueView } from './queue-view.tsx'
import type { Route } from './route.ts'
import { SearchView } from './search/search-view.tsx'
import type { ViewProps } from './view.ts'

/** What is shown at each address. A view that few need is a chunk of its own: `lazy(async () => ({ default: (await import('./x.tsx')).X }))`. */
export const views: { readonly [V in Route['view']]?: ComponentType<ViewProps<V>> } = {
  overview: Overview,
  queue: QueueView,
  failures: FailuresView,
  group: GroupView,
  search: SearchView,
  job: JobView,
  operations: OperationsView,
  operation: OperationView,
  exports: ExportsView,
  unknown: NothingHere,
}
