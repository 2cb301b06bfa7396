/** An address with those of the values that there are: `search?q=acme`. */
export function withQuery(address: string, values: Record<string, string | null | undefined>): string {
  const there = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const query = new URLSearchParams(there).toString()
  return query === '' ? address : `${address}?${query}`
}

/** Below the server's address of a queue. */
export const queueApi = (queue: string, rest: string) => `api/queues/${encodeURIComponent(queue)}/${rest}`
