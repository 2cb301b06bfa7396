import { useEffect } from 'react'
import type { Tone } from './headline.ts'

/** Shows the state where it is seen while another tab is open: in the tab's name and icon. Null: a view names the tab. */
export function useTab(title: string | null, tone: Tone): void {
  useEffect(() => {
    if (title !== null) document.title = title
  }, [title])

  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute('href', `icon-${tone}.svg`)
  }, [tone])
}
