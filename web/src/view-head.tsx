import { useEffect, type ReactNode } from 'react'

interface Props {
  /** Where it stands: links to what is above it. */
  above?: ReactNode
  title: string
  children?: ReactNode
}

/** The head of a view other than the overview. It gives the tab its name too. */
export function ViewHead({ above, title, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Queue Ops`
  }, [title])

  return (
    <div className="view-head">
      {above && <nav aria-label="Above this view">{above}</nav>}
      <h2 className="view-title">{title}</h2>
      {children}
    </div>
  )
}
