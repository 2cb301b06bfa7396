interface Props {
  label: string
  /** From 0 to 1; null while it is not known. */
  part: number | null
}

export function ProgressBar({ label, part }: Props) {
  return <progress className="progress" aria-label={label} max={1} {...(part === null ? {} : { value: part })} />
}
