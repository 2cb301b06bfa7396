import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { addressOf, type Route } from './route.ts'
import { usePage } from './page-context.ts'
import { goTo } from './use-place.ts'

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: Route
  query?: Record<string, string | null>
}

/**
 * A link within the page, which also works without JavaScript, in a new tab and when it is copied. The probe, which may serve
 * the page, has one view only: mere text there.
 */
export function Link({ to, query, children, ...rest }: Props) {
  const { watch } = usePage().reading
  if (watch) return <span className={rest.className}>{children}</span>
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
