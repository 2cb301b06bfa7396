/** Everything that has an address of its own on the page. */
export type Route =
  | { view: 'overview' }
  | { view: 'queue'; queue: string }
  | { view: 'failures'; queue: string }
  | { view: 'group'; queue: string; group: string }
  | { view: 'search'; queue: string }
  | { view: 'job'; queue: string; jobId: string }
  | { view: 'operations' }
  | { view: 'operation'; operationId: string }
  | { view: 'exports' }
  | { view: 'unknown' }

/** A route and what its view is narrowed to: filters, sorting, the selected page. */
export interface Place {
  route: Route
  query: URLSearchParams
}

/** Reads an address below the page's own, as `queues/mail/failures?failed_after=…`. */
export function placeOf(address: string): Place {
  const [path = '', query = ''] = address.split('?', 2)
  return {
    route: routeOf(path.replace(/^\.\//, '').split('/').filter(Boolean).map(decoded)),
    query: new URLSearchParams(query),
  }
}

function routeOf([top, id, what, which, ...rest]: string[]): Route {
  if (rest.length > 0) return { view: 'unknown' }
  if (top === undefined || (top === 'queues' && id === undefined)) return { view: 'overview' }
  if (top === 'exports' && id === undefined) return { view: 'exports' }
  if (top === 'operations' && what === undefined) {
    return id === undefined ? { view: 'operations' } : { view: 'operation', operationId: id }
  }
  if (top !== 'queues' || id === undefined) return { view: 'unknown' }
  return ofQueue(id, what, which)
}

function ofQueue(queue: string, what: string | undefined, which: string | undefined): Route {
  if (what === undefined) return { view: 'queue', queue }
  if (what === 'failures') return which === undefined ? { view: what, queue } : { view: 'group', queue, group: which }
  if (what === 'search' && which === undefined) return { view: 'search', queue }
  if (what === 'jobs' && which !== undefined) return { view: 'job', queue, jobId: which }
  return { view: 'unknown' }
}

/** The address of a route, relative to the page's base: what {@link placeOf} reads. */
export function addressOf(route: Route, query: Record<string, string | null> = {}): string {
  const kept = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const search = new URLSearchParams(kept).toString()
  const path = pathOf(route).map(encodeURIComponent).join('/')
  return `${path || './'}${search && `?${search}`}`
}

function pathOf(route: Route): string[] {
  switch (route.view) {
    case 'queue':
      return ['queues', route.queue]
    case 'failures':
    case 'search':
      return ['queues', route.queue, route.view]
    case 'group':
      return ['queues', route.queue, 'failures', route.group]
    case 'job':
      return ['queues', route.queue, 'jobs', route.jobId]
    case 'operations':
    case 'exports':
      return [route.view]
    case 'operation':
      return ['operations', route.operationId]
    default:
      return []
  }
}

/** Somebody may have typed it. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
