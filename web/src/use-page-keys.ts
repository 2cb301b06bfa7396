import { useEffect, useEffectEvent } from 'react'
import { addressOf, type Route } from './route.ts'
import { goTo } from './use-place.ts'

/** `/` goes to what can be searched, `?` tells of all keys. Views have keys of their own beside these. */
export function usePageKeys(route: Route, showHelp: () => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isTyped(event)) return
    if (event.key === '?') showHelp()
    else if (event.key === '/') toSearch(route)
    else return
    event.preventDefault()
  })

  useEffect(() => {
    const listen = (event: KeyboardEvent) => pressed(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

/** The field on this view; of a queue whose view has none, its search. */
function toSearch(route: Route) {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  if (field) field.focus()
  else goTo(addressOf('queue' in route ? { view: 'search', queue: route.queue } : { view: 'overview' }))
}

/** Into a field, for the browser, or while a dialog waits for its answer. */
function isTyped({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || document.querySelector('dialog[open]')) return true
  return target instanceof Element && target.closest('input:not([type=checkbox]), select, textarea') !== null
}
