import type { Consumer } from '@queue-ops/server/contract'
import { type ReactNode, useState } from 'react'
import { span } from './age.ts'
import { Section } from './section.tsx'

const fewEnough = 12

/** `consumers` is null until a queue was seen. */
export function ConsumersSection({ consumers, old }: { consumers: readonly Consumer[] | null; old: ReactNode }) {
  const [all, setAll] = useState(false)
  const shown = all ? consumers : consumers?.slice(0, fewEnough)
  return (
    <Section
      id="consumers"
      title="Consumers"
      old={old}
      aside={consumers && <span className="hint">{consumers.length} connected</span>}
    >
      {!shown && <p className="empty">Not known: no answer of the store was seen yet.</p>}
      {shown?.length === 0 && <p className="empty">No consumer is connected: jobs wait until a worker starts.</p>}
      {shown && shown.length > 0 && <ConsumerTable consumers={shown} />}
      {consumers && consumers.length > fewEnough && (
        <button className="more" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show only ${fewEnough}` : `Show all ${consumers.length}`}
        </button>
      )}
    </Section>
  )
}

function ConsumerTable({ consumers }: { consumers: readonly Consumer[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Address</th>
          <th scope="col" className="right">
            Connected for
          </th>
        </tr>
      </thead>
      <tbody>
        {consumers.map(({ name, address, connected_for_s }, index) => (
          // Workers may share a name, and an address may be unknown: the place in the list is what is left.
          <tr key={`${index} ${name} ${address}`}>
            <td className="mono">{name}</td>
            <td className="mono below">{address ?? 'not known'}</td>
            <td className="right nowrap">
              {connected_for_s === null ? 'not known' : <span className="connected">{span(connected_for_s)}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
