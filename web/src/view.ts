import type { Route } from './route.ts'

/** What every view is given: where the page is, in its own terms. What the server said comes from `usePage`. */
export interface ViewProps<V extends Route['view']> {
  route: Extract<Route, { view: V }>
  /** Filters, sorting, the selected page: what stands behind the `?` of the address. */
  query: URLSearchParams
}
