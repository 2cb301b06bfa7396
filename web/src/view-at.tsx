import { Suspense, type ComponentType } from 'react'
import { NothingHere } from './nothing-here.tsx'
import type { Place, Route } from './route.ts'
import type { ViewProps } from './view.ts'
import { views } from './views.tsx'

/** The view of a place. Another queue or job is another view, which keeps nothing of the one before. */
export function ViewAt({ place: { route, query } }: { place: Place }) {
  // The list has for each view the component that takes its route; that the two belong together is lost on the compiler.
  const View = views[route.view] as ComponentType<ViewProps<Route['view']>> | undefined
  if (!View) return <NothingHere />
  return (
    <Suspense fallback={<p className="empty">Loading …</p>}>
      <View key={JSON.stringify(route)} route={route} query={query} />
    </Suspense>
  )
}
