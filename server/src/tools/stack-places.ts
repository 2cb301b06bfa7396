import { fileURLToPath } from 'node:url'

/** The folder of the project: of a path below it, only what is below it is told. */
const project = fileURLToPath(new URL('../../../', import.meta.url))

/** A path from the root, of a module or a file, on either kind of system; what stands before it is none of a path. */
const absolute = /(?<![\w.:/\\-])(?:file:\/\/)?(?:\/|[A-Za-z]:[/\\])(?:[^\s/\\:()'"]+[/\\]+)+[^\s/\\:()'"]+/g

/** So much of another path is told. */
const PARTS = 2

/** A stack whose places do not tell where on a machine programs are. */
export const withoutFolders = (stack: string): string => stack.replaceAll(absolute, (path) => told(path))

function told(address: string): string {
  const path = address.replace(/^file:\/\//, '')
  if (path.startsWith(project)) return path.slice(project.length)
  return `…/${path
    .split(/[/\\]+/)
    .slice(-PARTS)
    .join('/')}`
}
