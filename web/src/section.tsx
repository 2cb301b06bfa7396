import type { ReactNode } from 'react'

interface Props {
  id: string
  title: string
  /** Stands beside the title: a count, a badge. */
  aside?: ReactNode
  /** Says of when the content is, when it is not of now. */
  old: ReactNode
  children: ReactNode
}

export function Section({ id, title, aside, old, children }: Props) {
  return (
    <section className={`card card-${id} ${old ? 'old' : ''}`} aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
        {old}
      </div>
      {children}
    </section>
  )
}
