import type { Compression, DatasetInfo, ListDatasetsOutput } from '@queue-ops/server/contract'
import { useState, type FormEvent } from 'react'
import { isStarted } from '../answers.ts'
import { callTool } from '../ask-api.ts'
import { Trouble } from '../notice.tsx'
import { ColumnChoice } from './column-choice.tsx'
import { emptyDraft, requestOf, type Draft } from './draft.ts'
import { FilterLines } from './filter-lines.tsx'

const compressions: readonly Compression[] = ['none', 'gzip', 'zstd']

interface Props {
  dataset: DatasetInfo
  types: ListDatasetsOutput['types']
  formats: ListDatasetsOutput['formats']
  started: () => void
}

/** What of a dataset is exported, and as what. */
export function ExportForm({ dataset, types, formats, started }: Props) {
  const [draft, setDraft] = useState<Draft>(emptyDraft)
  const [isStarting, setStarting] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }))

  async function start(event: FormEvent) {
    event.preventDefault()
    setStarting(true)
    const said = await callTool('start_export', requestOf(draft, dataset, types), isStarted)
    setStarting(false)
    if ('problem' in said) setProblem(said.problem)
    else started()
  }

  return (
    <form className="export-form" onSubmit={(event) => void start(event)}>
      {dataset.description && <p className="hint">{dataset.description}</p>}
      <div className="export-line">
        <label>
          Format
          <select
            value={draft.format}
            onChange={(event) => change({ format: pick(formats, event.target.value) ?? draft.format })}
          >
            {formats.map((format) => (
              <option key={format}>{format}</option>
            ))}
          </select>
        </label>
        <label>
          Compression
          <select
            value={draft.compression}
            onChange={(event) => change({ compression: pick(compressions, event.target.value) ?? 'none' })}
          >
            {compressions.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          Order by
          <select value={draft.orderBy} onChange={(event) => change({ orderBy: event.target.value })}>
            <option value="">as the dataset</option>
            {dataset.columns.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        {draft.orderBy && (
          <label>
            Direction
            <select
              value={draft.isDescending ? 'desc' : 'asc'}
              onChange={(event) => change({ isDescending: event.target.value === 'desc' })}
            >
              <option value="asc">smallest first</option>
              <option value="desc">largest first</option>
            </select>
          </label>
        )}
        <label>
          At most so many rows
          <input
            inputMode="numeric"
            placeholder={dataset.row_limit === null ? 'all' : String(dataset.row_limit)}
            value={draft.limit}
            onChange={(event) => change({ limit: event.target.value })}
          />
        </label>
      </div>
      {dataset.parameters.length > 0 && (
        <div className="export-line">
          {dataset.parameters.map(({ name, description, required, default: usual }) => (
            <label key={name} title={description}>
              {name}
              {required && ' (required)'}
              <input
                required={required}
                placeholder={usual === null ? '' : String(usual)}
                value={draft.parameters[name] ?? ''}
                onChange={(event) => change({ parameters: { ...draft.parameters, [name]: event.target.value } })}
              />
            </label>
          ))}
        </div>
      )}
      <ColumnChoice all={dataset.columns} chosen={draft.columns} choose={(columns) => change({ columns })} />
      <FilterLines dataset={dataset} types={types} filters={draft.filters} choose={(filters) => change({ filters })} />
      {problem && <Trouble>{problem}</Trouble>}
      <div>
        <button className="button button-main" disabled={isStarting || draft.columns?.length === 0}>
          {isStarting ? 'Starting …' : `Export ${dataset.name}`}
        </button>
      </div>
    </form>
  )
}

/** The one of `all` that a field has as its value. */
const pick = <T extends string>(all: readonly T[], value: string) => all.find((each) => each === value)
