import { useEffect, useEffectEvent } from 'react'
import { isPageKey } from './page-key.ts'
import { addressOf, type Route } from './route.ts'
import { useSetting } from './settings.ts'
import { goTo } from './use-place.ts'

/** `/` goes to what can be searched, `?` tells of all keys. Views have keys of their own beside these. Readers can turn them off. */
export function usePageKeys(route: Route, showHelp: () => void): void {
  const isOn = useSetting('keys', 'on') === 'on'
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (!isOn || !isPageKey(event)) return
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
