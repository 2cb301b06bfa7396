import { Link } from './link.tsx'

export function NothingHere() {
  return (
    <p className="empty">
      There is nothing at this address. <Link to={{ view: 'overview' }}>To the overview</Link>
    </p>
  )
}
