import { useEffect, useEffectEvent, useRef, type RefObject } from 'react'
import { isPageKey } from './page-key.ts'
import { useSetting } from './settings.ts'

/** What keys do with the row that has the focus, by its `data-row`; null when none has. */
export type RowKeys = Record<string, (row: string | null) => void>

/** `j` and `k` go through the rows of a list (elements with `data-row`, each with a link); the other keys act. Readers can turn them off. */
export function useListKeys(keys: RowKeys): RefObject<HTMLUListElement | null> {
  const isOn = useSetting('keys', 'on') === 'on'
  const list = useRef<HTMLUListElement>(null)
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (!isOn || !list.current || !isPageKey(event)) return
    const rows = [...list.current.querySelectorAll<HTMLElement>('[data-row]')]
    const place = rows.findIndex((row) => row.contains(document.activeElement))
    const act = keys[event.key]
    if (event.key === 'j') focusIn(rows[Math.min(place + 1, rows.length - 1)])
    else if (event.key === 'k') focusIn(rows[Math.max(place - 1, 0)])
    else if (act) act(rows[place]?.dataset['row'] ?? null)
    else return
    event.preventDefault()
  })

  useEffect(() => {
    const listen = (event: KeyboardEvent) => pressed(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])

  return list
}

function focusIn(row: HTMLElement | undefined) {
  row?.querySelector('a')?.focus()
  row?.scrollIntoView({ block: 'nearest' })
}
