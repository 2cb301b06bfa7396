import type { FailuresOfGroup } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isFailuresOfGroup } from '../answers.ts'
import { askFor } from '../ask-api.ts'
import { JobList } from '../job-list.tsx'
import { Link } from '../link.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { OperationDialog } from '../operations/operation-dialog.tsx'
import type { Wanted } from '../operations/wanted.ts'
import { usePage } from '../page-context.ts'
import { usePages } from '../use-pages.ts'
import { useReadOnly } from '../use-read-only.ts'
import type { ViewProps } from '../view.ts'
import { useZone } from '../use-zone.ts'
import { ViewHead } from '../view-head.tsx'
import { queueApi, withQuery } from '../with-query.ts'
import { GroupFacts } from './group-facts.tsx'
import { groupWanted } from './group-wanted.ts'
import { queryOf, windowOf } from './time-window.ts'

/** The dead letters of one error, to look into and to choose from. They stay as they are while one chooses. */
export function GroupView({ route: { queue, group: id }, query }: ViewProps<'group'>) {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const zone = useZone()
  const window = windowOf(query)
  const path = queueApi(queue, `failures/${encodeURIComponent(id)}`)
  const { answer, problem, isGone, again, more } = usePages<FailuresOfGroup>(
    withQuery(path, queryOf(window)),
    (cursor, stop) => askFor(withQuery(path, { ...queryOf(window), cursor }), isFailuresOfGroup, stop),
    () => null,
  )
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const group = answer?.pages.at(-1)?.group
  const jobs = answer?.pages.flatMap((page) => page.jobs) ?? []

  return (
    <article className="card">
      <ViewHead
        title={group?.pattern.trim() || 'A group of failures'}
        above={
          <Link to={{ view: 'failures', queue }} query={queryOf(window)}>
            Failures of {queue}
          </Link>
        }
      />
      {problem && (isGone ? <Nothing>{problem}</Nothing> : <Trouble again={again}>{problem}</Trouble>)}
      {!group && !problem && <Nothing busy>Loading …</Nothing>}
      {group && (
        <>
          <GroupFacts group={group} now={now} />
          <JobList
            queue={queue}
            jobs={jobs}
            now={now}
            whole={{ count: group.count, name: 'group' }}
            reload={again}
            want={
              readOnly
                ? null
                : (kind, ids) =>
                    setWanted(
                      ids === null
                        ? groupWanted(kind, queue, group, window, zone)
                        : { kind, queue, selection: { ids }, about: `Chosen one by one from “${group.pattern}”` },
                    )
            }
          />
        </>
      )}
      {answer?.hasMore && (
        <button type="button" className="more" onClick={more}>
          Show more
        </button>
      )}
      {wanted && <OperationDialog wanted={wanted} now={now} onClose={() => setWanted(null)} />}
    </article>
  )
}
