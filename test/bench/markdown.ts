/** A table that reads well as plain text too: columns padded, all but the first one to the right, or none of them. */
export function markdownTable(head: string[], rows: string[][], cells: 'numbers' | 'words' = 'numbers'): string {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)))
  const isLeft = (column: number) => column === 0 || cells === 'words'
  const pad = (text: string, column: number) =>
    isLeft(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  const line = (texts: string[]) => `| ${texts.map(pad).join(' | ')} |`
  const rule = widths.map((width, at) => (isLeft(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

export const list = (lines: string[]) => lines.map((line) => `- ${line}`).join('\n')
