/** Which rows of a list are chosen. */
export interface Selection {
  ids: ReadonlySet<string>
  /** The one that was chosen or left last: where a range begins. */
  last: string | null
}

export const noneSelected: Selection = { ids: new Set(), last: null }

/** After `id` was chosen, or left when it was chosen; with `isRange` all from the last one to it become as it does. */
export function toggled({ ids, last }: Selection, order: readonly string[], id: string, isRange = false): Selection {
  const chosen = !ids.has(id)
  const [from, to] = [isRange && last !== null ? order.indexOf(last) : -1, order.indexOf(id)]
  const touched = from < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1)
  const after = new Set(ids)
  for (const each of touched) {
    if (chosen) after.add(each)
    else after.delete(each)
  }
  return { ids: after, last: id }
}

export const allSelected = (order: readonly string[]): Selection => ({ ids: new Set(order), last: null })
