import { useState } from 'react'

type Filters = Record<'queue' | 'kind' | 'state', string | null>

const kinds = ['retry', 'discard', 'promote', 'pause', 'resume', 'export', 'board']
const states = ['waiting', 'active', 'delayed', 'completed', 'failed']

/** Which operations are listed; in the address, so that it can be passed on. */
export function OperationFilters({
  queue,
  kind,
  state,
  choose,
}: Filters & { choose: (change: Partial<Filters>) => void }) {
  const [name, setName] = useState(queue ?? '')
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault()
        choose({ queue: name.trim() || null })
      }}
    >
      <Choice label="Kind" value={kind} all={kinds} choose={(chosen) => choose({ kind: chosen })} />
      <Choice label="State" value={state} all={states} choose={(chosen) => choose({ state: chosen })} />
      <label>
        Queue
        <input
          value={name}
          placeholder="any"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => name.trim() !== (queue ?? '') && choose({ queue: name.trim() || null })}
        />
      </label>
    </form>
  )
}

interface ChoiceProps {
  label: string
  value: string | null
  all: readonly string[]
  choose: (value: string | null) => void
}

function Choice({ label, value, all, choose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value ?? ''} onChange={(event) => choose(event.target.value || null)}>
        <option value="">any</option>
        {all.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  )
}
