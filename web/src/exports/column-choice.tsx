import type { Column } from '@queue-ops/server/contract'

interface Props {
  all: readonly Column[]
  /** Null: all. */
  chosen: readonly string[] | null
  choose: (columns: string[] | null) => void
}

/** Which columns are exported, in the order of the dataset. */
export function ColumnChoice({ all, chosen, choose }: Props) {
  const names = all.map(({ name }) => name)
  const has = (name: string) => chosen === null || chosen.includes(name)
  const toggle = (name: string) => {
    const after = names.filter((each) => (each === name ? !has(each) : has(each)))
    choose(after.length === names.length ? null : after)
  }
  return (
    <fieldset className="export-columns">
      <legend>
        Columns{' '}
        <button type="button" className="more" onClick={() => choose(chosen === null ? [] : null)}>
          {chosen === null ? 'none' : 'all'}
        </button>
      </legend>
      {all.map(({ name, label, type }) => (
        <label key={name}>
          <input type="checkbox" checked={has(name)} onChange={() => toggle(name)} />
          <span title={label ?? undefined}>{name}</span>
          <span className="hint">{type}</span>
        </label>
      ))}
    </fieldset>
  )
}
