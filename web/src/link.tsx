import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { addressOf, type Route } from './route.ts'
import { goTo } from './use-place.ts'

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: Route
  query?: Record<string, string | null>
}

/** A link within the page, which also works without JavaScript, in a new tab and when it is copied. */
export function Link({ to, query, children, ...rest }: Props) {
  const address = addressOf(to, query)
  return (
    <a {...rest} href={address} onClick={(event) => follow(event, address)}>
      {children}
    </a>
  )
}

function follow(event: MouseEvent, address: string) {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  if (!isPlain || event.defaultPrevented) return
  event.preventDefault()
  goTo(address)
  scrollTo(0, 0)
}
