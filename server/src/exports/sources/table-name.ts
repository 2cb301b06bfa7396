/** Parts of `sales.orders`, each as it is or in double quotes, which may hold a point. */
const PARTS = /"((?:[^"]|"")+)"|[^".]+/g

/** Splits the name of a table at its points: its schema, if there is one, and its own name. */
export function nameParts(table: string): string[] {
  return [...table.matchAll(PARTS)].map(([part, quoted]) => quoted?.replaceAll('""', '"') ?? part)
}
