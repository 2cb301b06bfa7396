import { useEffect, useEffectEvent, useRef, type RefObject } from 'react'

/** What keys do with the row that has the focus, by its `data-row`; null when none has. */
export type RowKeys = Record<string, (row: string | null) => void>

/** `j` and `k` go through the rows of a list (elements with `data-row`, each with a link); the other keys act. */
export function useListKeys(keys: RowKeys): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null)
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || !isForLists(event) || !list.current) return
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

/** Not what is typed into a field, nor what belongs to the browser, nor while a dialog waits for its answer. */
function isForLists({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || document.querySelector('dialog[open]')) return false
  return !(target instanceof Element && target.closest('input:not([type=checkbox]), select, textarea'))
}
