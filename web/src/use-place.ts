import { useSyncExternalStore } from 'react'
import { placeOf, type Place } from './route.ts'
import { useStart } from './start.ts'

const moved = 'placechange'

/** Where the page is; follows links, the back button and {@link goTo}. */
export function usePlace(): Place {
  const { address: atStart } = useStart()
  const address = useSyncExternalStore(subscribe, addressHere, () => atStart)
  return placeOf(address)
}

/**
 * Goes to an address as `addressOf` gives it. `replace` leaves no step for the back button: for what is changed while typing.
 */
export function goTo(address: string, { replace = false } = {}): void {
  const url = new URL(address, document.baseURI)
  if (replace) history.replaceState(null, '', url)
  else history.pushState(null, '', url)
  dispatchEvent(new Event(moved))
}

/** Where the page is below its base, which may stand under a path of a proxy. */
export function addressHere(): string {
  const base = new URL('.', document.baseURI).pathname
  return location.pathname.slice(base.length) + location.search
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed)
  addEventListener(moved, changed)
  return () => {
    removeEventListener('popstate', changed)
    removeEventListener(moved, changed)
  }
}
