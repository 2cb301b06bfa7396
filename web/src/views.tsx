import type { ComponentType } from 'react'
import { NothingHere } from './nothing-here.tsx'
import { Overview } from './overview.tsx'
import { QueueView } from './queue-view.tsx'
import type { Route } from './route.ts'
import type { ViewProps } from './view.ts'

/** What is shown at each address. A view that few need is a chunk of its own: `lazy(async () => ({ default: (await import('./x.tsx')).X }))`. */
export const views: { readonly [V in Route['view']]?: ComponentType<ViewProps<V>> } = {
  overview: Overview,
  queue: QueueView,
  unknown: NothingHere,
}
