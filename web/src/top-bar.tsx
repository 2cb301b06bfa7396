import { Link } from './link.tsx'
import type { Route } from './route.ts'

interface Props {
  route: Route
  /** The queue that the headline is about, when that is but one. */
  queue: string | undefined
  /** Whether the page comes from the probe, which has no other views. */
  isByProbe: boolean
  boardUrl: string | undefined
  showHelp(): void
}

const ways: readonly { title: string; to: Route; views: readonly Route['view'][] }[] = [
  { title: 'Queues', to: { view: 'overview' }, views: ['overview', 'queue', 'failures', 'group', 'search', 'job'] },
  { title: 'Operations', to: { view: 'operations' }, views: ['operations', 'operation'] },
  { title: 'Exports', to: { view: 'exports' }, views: ['exports'] },
]

/** Where one can go from everywhere. */
export function TopBar({ route, queue, isByProbe, boardUrl, showHelp }: Props) {
  return (
    <div className="top">
      <div className="wide bar">
        <p className="product">
          <b>Queue Ops</b>
          {queue && <span className="queue-name">{queue}</span>}
          {isByProbe && <span className="seen-by">seen by the probe</span>}
        </p>
        {!isByProbe && <Ways route={route} />}
        <div className="bar-end">
          <button className="help-button" type="button" aria-label="Keys and help" onClick={showHelp}>
            ?
          </button>
          {boardUrl && (
            <a className="board-link" href={boardUrl}>
              Open Bull Board
              <svg className="arrow" viewBox="0 0 16 16" aria-hidden="true">
                <path d="M3 8h9M8 4l4 4-4 4" />
              </svg>
            </a>
          )}
        </div>
      </div>
    </div>
  )
}

function Ways({ route }: { route: Route }) {
  return (
    <nav className="ways" aria-label="Views">
      <ul>
        {ways.map(({ title, to, views }) => (
          <li key={title}>
            <Link to={to} aria-current={current(route, to, views)}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function current(route: Route, to: Route, views: readonly Route['view'][]) {
  if (route.view === to.view) return 'page'
  return views.includes(route.view) ? 'true' : undefined
}
