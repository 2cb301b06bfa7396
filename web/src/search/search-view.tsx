import { useState, type FormEvent } from 'react'
import { JobList } from '../job-list.tsx'
import { Link } from '../link.tsx'
import { Nothing, Trouble } from '../notice.tsx'
import { OperationDialog } from '../operations/operation-dialog.tsx'
import type { Wanted } from '../operations/wanted.ts'
import { usePage } from '../page-context.ts'
import { ProgressBar } from '../progress-bar.tsx'
import { addressOf } from '../route.ts'
import { goTo } from '../use-place.ts'
import { useReadOnly } from '../use-read-only.ts'
import type { ViewProps } from '../view.ts'
import { ViewHead } from '../view-head.tsx'
import { queueApi, withQuery } from '../with-query.ts'
import { sentenceOf, type SearchState } from './search-state.ts'
import { useSearch } from './use-search.ts'

const states = ['failed', 'active', 'waiting', 'prioritized', 'delayed', 'waiting-children', 'completed']

/** Finds jobs by any text in them: ids, names, data, errors. Found ones are shown as they are found. */
export function SearchView({ route: { queue }, query }: ViewProps<'search'>) {
  const { now } = usePage()
  const readOnly = useReadOnly()
  const text = query.get('q') ?? ''
  const state = query.get('state')
  const address = text === '' ? null : withQuery(queueApi(queue, 'search'), { q: text, state })
  const search = useSearch(address)
  const [wanted, setWanted] = useState<Wanted | null>(null)

  return (
    <article className="card">
      <ViewHead title={`Search in ${queue}`} above={<Link to={{ view: 'queue', queue }}>Queue {queue}</Link>} />
      <SearchForm
        key={`${text} ${state}`}
        text={text}
        chosen={state?.split(',') ?? []}
        ask={(q, asked) => goTo(addressOf({ view: 'search', queue }, { q, state: asked }))}
      />
      {search ? <SearchProgress search={search} giveUp={search.giveUp} /> : <Nothing>{hint}</Nothing>}
      {search && search.found.length > 0 && (
        <JobList
          key={address}
          queue={queue}
          jobs={search.found}
          now={now}
          want={
            readOnly
              ? null
              : (kind, ids) =>
                  ids && setWanted({ kind, queue, selection: { ids }, about: `Chosen from what “${text}” found` })
          }
        />
      )}
      {wanted && <OperationDialog wanted={wanted} now={now} onClose={() => setWanted(null)} />}
    </article>
  )
}

const hint = 'Ids, names, data and error texts of all jobs in the queue are looked through.'

function SearchProgress({ search, giveUp }: { search: SearchState; giveUp: () => void }) {
  const { state, scanned, total } = search
  if (state === 'broken') return <Trouble>{sentenceOf(search)}</Trouble>
  return (
    <div className="search-progress">
      <p role="status">{sentenceOf(search)}</p>
      {state === 'running' && (
        <>
          <ProgressBar label="Looked through" part={total ? scanned / total : null} />
          <button type="button" className="button" onClick={giveUp}>
            Stop
          </button>
        </>
      )}
    </div>
  )
}

interface FormProps {
  text: string
  chosen: readonly string[]
  ask: (text: string, states: string | null) => void
}

function SearchForm({ text, chosen, ask }: FormProps) {
  const [typed, setTyped] = useState(text)
  const [picked, setPicked] = useState(chosen)
  function submit(event: FormEvent) {
    event.preventDefault()
    if (typed.trim() !== '') ask(typed.trim(), states.filter((state) => picked.includes(state)).join(',') || null)
  }
  const toggle = (state: string) =>
    setPicked(picked.includes(state) ? picked.filter((each) => each !== state) : [...picked, state])
  return (
    <form className="search-form" role="search" onSubmit={submit}>
      <label className="search-text">
        Text in the job
        <input type="search" value={typed} onChange={(event) => setTyped(event.target.value)} spellCheck={false} />
      </label>
      <button className="button button-main">Search</button>
      <fieldset>
        <legend>Only in these states (none: all)</legend>
        {states.map((state) => (
          <label key={state}>
            <input type="checkbox" checked={picked.includes(state)} onChange={() => toggle(state)} />
            {state}
          </label>
        ))}
      </fieldset>
    </form>
  )
}
