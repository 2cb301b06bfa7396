import { choices, choose, useSetting, type Choice, type Setting } from './settings.ts'

interface Props<S extends Setting> {
  setting: S
  label: string
  /** What the HTML of the server shows as chosen. */
  atFirst: Choice<S>
  names: Record<Choice<S>, string>
}

/** The choices of a setting, side by side. */
export function Choices<S extends Setting>({ setting, label, atFirst, names }: Props<S>) {
  const chosen = useSetting(setting, atFirst)
  const all: readonly Choice<S>[] = choices[setting]
  return (
    <div className="choice" role="group" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      {all.map((choice) => (
        <button key={choice} type="button" aria-pressed={choice === chosen} onClick={() => choose(setting, choice)}>
          {names[choice]}
        </button>
      ))}
    </div>
  )
}
