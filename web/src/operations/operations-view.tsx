import type { ListOperationsOutput, OperationOutput } from '@queue-ops/server/contract'
import { isListOfOperations } from '../answers.ts'
import { askFor } from '../ask-api.ts'
import { Nothing, Trouble } from '../notice.tsx'
import { usePage } from '../page-context.ts'
import { addressOf } from '../route.ts'
import { usePages } from '../use-pages.ts'
import { goTo } from '../use-place.ts'
import type { ViewProps } from '../view.ts'
import { ViewHead } from '../view-head.tsx'
import { withQuery } from '../with-query.ts'
import { OperationFilters } from './operation-filters.tsx'
import { OperationRow } from './operation-row.tsx'
import { isOver } from './operation-words.ts'

const WHILE_ONE_RUNS_MS = 1000
const OTHERWISE_MS = 5000

/** What operators had done, by whom and with what result: the audit trail, the newest first. */
export function OperationsView({ query }: ViewProps<'operations'>) {
  const { now } = usePage()
  const filters = { queue: query.get('queue'), kind: query.get('kind'), state: query.get('state') }
  const { answer, problem, again, more } = usePages<ListOperationsOutput>(
    withQuery('api/operations', filters),
    (cursor, stop) => askFor(withQuery('api/operations', { ...filters, cursor }), isListOfOperations, stop),
    (pages) => (allOf(pages).every(isOver) ? OTHERWISE_MS : WHILE_ONE_RUNS_MS),
  )
  const operations = allOf(answer?.pages ?? [])
  const isNarrowed = Object.values(filters).some(Boolean)

  return (
    <article className="card">
      <ViewHead title="Operations" />
      <OperationFilters
        {...filters}
        choose={(change) => goTo(addressOf({ view: 'operations' }, { ...filters, ...change }), { replace: true })}
      />
      {problem && <Trouble again={again}>{problem}</Trouble>}
      {!answer && !problem && <Nothing busy>Loading …</Nothing>}
      {answer && operations.length === 0 && (
        <Nothing>
          {isNarrowed
            ? 'No operation fits these filters.'
            : 'Nobody has retried, discarded or paused anything here yet.'}
        </Nothing>
      )}
      {operations.length > 0 && (
        <table className="table operations">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">State</th>
              <th scope="col" className="right">
                Done
              </th>
              <th scope="col">Asked for by</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {operations.map((operation) => (
              <OperationRow key={operation.operation_id} operation={operation} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {answer?.hasMore && (
        <button type="button" className="more" onClick={more}>
          Show older
        </button>
      )}
    </article>
  )
}

const allOf = (pages: readonly ListOperationsOutput[]): OperationOutput[] =>
  pages.flatMap(({ operations }) => operations)
