/**
 * What of SQL cannot hold a parameter: quoted texts and names, comments, PostgreSQL's `$tag$ … $tag$` and `::type`. The last
 * alternative is a parameter.
 */
const STANDARD =
  /[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|(?<tag>\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\k<tag>|--[^\n]*|\/\*[\s\S]*?\*\/|::|:(?<name>[A-Za-z_]\w*)/g

/** The same where a backslash in a quoted text takes the next character along, and `#` begins a comment (MySQL). */
const WITH_BACKSLASHES =
  /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`[^`]*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|::|:(?<name>[A-Za-z_]\w*)/g

export type Quoting = 'standard' | 'backslashes'

const pieces = (quoting: Quoting) => (quoting === 'standard' ? STANDARD : WITH_BACKSLASHES)

/** The query with what `placeholder` gives for each parameter; null leaves the piece as it is. */
export function replaceParameters(
  query: string,
  quoting: Quoting,
  placeholder: (name: string) => string | null,
): string {
  let replaced = ''
  let behind = 0
  for (const { index, 0: piece, groups } of query.matchAll(pieces(quoting))) {
    const name = groups?.['name']
    replaced += query.slice(behind, index) + (name === undefined ? piece : (placeholder(name) ?? piece))
    behind = index + piece.length
  }
  return replaced + query.slice(behind)
}

/** The names of the parameters in a query, each once. */
export function parametersOf(query: string, quoting: Quoting = 'standard'): string[] {
  const names = [...query.matchAll(pieces(quoting))].map(({ groups }) => groups?.['name'])
  return [...new Set(names.filter((name) => name !== undefined))]
}
