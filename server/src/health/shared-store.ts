import type { Store } from '../queue/store.ts'

/** What is at most this old is told again instead of read again: less than is between two snapshots for the page. */
const FRESH_MS = 400

/**
 * A store whose queues are looked at one after the other: what is the same for all of them, the store itself and who is
 * connected to it, is read once for looks that follow each other at once, through the queue that asks first.
 */
export function sharedStore(store: Store): Store {
  return {
    ...store,
    readStore: sharing(store.readStore),
    readClients: sharing(store.readClients),
    inspectFile: sharing(store.inspectFile),
  }
}

function sharing<Asker, T>(read: (asker: Asker) => Promise<T>): (asker: Asker) => Promise<T> {
  let latest: { answer: Promise<T>; askedAt: number } | undefined
  return (asker) => {
    const now = performance.now()
    if (!latest || now - latest.askedAt > FRESH_MS) latest = { answer: read(asker), askedAt: now }
    return latest.answer
  }
}
