import { Suspense, type ComponentType } from 'react'
import { NothingHere } from './nothing-here.tsx'
import type { Place, Route } from './route.ts'
import { useIsTakenOver } from './start.ts'
import type { ViewProps } from './view.ts'
import { views } from './views.tsx'

const atOnce: ReadonlySet<Route['view']> = new Set(['overview', 'queue', 'unknown'])

/** The view of a place. Another queue or job is another view, which keeps nothing of the one before. */
export function ViewAt({ place: { route, query } }: { place: Place }) {
  // The list has for each view the component that takes its route; that the two belong together is lost on the compiler.
  const View = views[route.view] as ComponentType<ViewProps<Route['view']>> | undefined
  const isTakenOver = useIsTakenOver()
  if (!View) return <NothingHere />
  const wait = (
    <p className="empty">
      Loading … <noscript>Without JavaScript only the queues can be read: this needs it.</noscript>
    </p>
  )
  // Most views ask for more than the HTML of the server came with, and their code comes when it is needed.
  if (!isTakenOver && !atOnce.has(route.view)) return wait
  return (
    <Suspense fallback={wait}>
      <View key={JSON.stringify(route)} route={route} query={query} />
    </Suspense>
  )
}
