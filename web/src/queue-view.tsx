import { Link } from './link.tsx'
import { usePage } from './page-context.ts'
import type { ViewProps } from './view.ts'

/** One queue: how it is, who works on it, and the ways to its jobs. */
export function QueueView({ route: { queue } }: ViewProps<'queue'>) {
  const { reading } = usePage()
  const row = reading.report?.fleet?.queues.find((each) => each.queue === queue)
  return (
    <>
      <h2 className="view-title">{queue}</h2>
      {row && <p className="message">{row.reason}</p>}
      <nav aria-label={`Jobs of ${queue}`}>
        <Link to={{ view: 'failures', queue }}>Failures</Link> <Link to={{ view: 'search', queue }}>Search</Link>
      </nav>
    </>
  )
}
