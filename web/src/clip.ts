const longest = 180
const mostLines = 3

/** The beginning of a text that is too long to be read at a glance, or null when it is short enough as it is. */
export function clip(text: string): string | null {
  const lines = text.split('\n')
  const head = lines.slice(0, mostLines).join('\n')
  if (head.length <= longest) return lines.length > mostLines ? `${head} …` : null
  return `${[...head].slice(0, longest).join('').trimEnd()} …`
}
