import type { FailureGroup, FailureGroups } from '@queue-ops/server/contract'
import { useState } from 'react'
import { isFailureGroups } from '../answers.ts'
import { askFor } from '../ask-api.ts'
import { Link } from '../link.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { counted } from '../numbers.ts'
import { OperationDialog } from '../operations/operation-dialog.tsx'
import type { Wanted } from '../operations/wanted.ts'
import { usePage } from '../page-context.ts'
import { addressOf } from '../route.ts'
import { useListKeys } from '../use-list-keys.ts'
import { usePages } from '../use-pages.ts'
import { goTo } from '../use-place.ts'
import { useReadOnly } from '../use-read-only.ts'
import type { ViewProps } from '../view.ts'
import { useZone } from '../use-zone.ts'
import { ViewHead } from '../view-head.tsx'
import { queueApi, withQuery } from '../with-query.ts'
import { FailuresHead } from './failures-head.tsx'
import { GroupRow } from './group-row.tsx'
import { groupWanted } from './group-wanted.ts'
import { queryOf, windowOf, windowWords } from './time-window.ts'
import { WindowChoice } from './window-choice.tsx'

const WHILE_READING_MS = 400
const AFTERWARDS_MS = 5000

/** All dead letters of a queue by their error: what broke, how often, since when; and what to do about one of them. */
export function FailuresView({ route: { queue }, query }: ViewProps<'failures'>) {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const zone = useZone()
  const window = windowOf(query)
  const address = withQuery(queueApi(queue, 'failures'), queryOf(window))
  const { answer, problem, isGone, again, more } = usePages<FailureGroups>(
    address,
    (cursor, stop) =>
      askFor(withQuery(queueApi(queue, 'failures'), { ...queryOf(window), cursor }), isFailureGroups, stop),
    ([first]) => (first?.complete ? AFTERWARDS_MS : WHILE_READING_MS),
  )
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const groups = answer?.pages.flatMap((page) => page.groups) ?? []
  const byId = (id: string | null) => groups.find(({ group }) => group === id)
  const want = (kind: Wanted['kind'], group: FailureGroup | undefined) => {
    if (group && !readOnly) setWanted(groupWanted(kind, queue, group, window, zone))
  }
  const list = useListKeys({
    r: (id) => want('retry', byId(id)),
    d: (id) => want('discard', byId(id)),
  })
  const overview = answer?.pages[0]

  return (
    <article className="card">
      <ViewHead title={`Failures of ${queue}`} above={<Link to={{ view: 'queue', queue }}>Queue {queue}</Link>} />
      <WindowChoice
        window={window}
        now={now}
        choose={(chosen) => goTo(addressOf({ view: 'failures', queue }, queryOf(chosen)))}
      />
      {problem && (isGone ? <Nothing>{problem}</Nothing> : <Trouble again={again}>{problem}</Trouble>)}
      {!overview && !problem && <Nothing busy>Reading the dead letters …</Nothing>}
      {overview && <FailuresHead overview={overview} window={window} want={readOnly ? null : setWanted} />}
      {overview?.complete && groups.length === 0 && (
        <Nothing>{['No dead letters', windowWords(window, zone)].filter(Boolean).join(', ')}.</Nothing>
      )}
      <ul className="rows groups" ref={list}>
        {groups.map((group) => (
          <GroupRow
            key={group.group}
            queue={queue}
            group={group}
            window={window}
            now={now}
            want={readOnly ? null : (kind) => want(kind, group)}
          />
        ))}
      </ul>
      {answer?.hasMore && overview && (
        <button type="button" className="more" onClick={more}>
          Show more of the {counted(overview.group_count, 'group')}
        </button>
      )}
      {wanted && <OperationDialog wanted={wanted} now={now} onClose={() => setWanted(null)} />}
    </article>
  )
}
