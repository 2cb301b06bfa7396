import { createHash } from 'node:crypto'

/** What is behind it is not looked at, however long a reason is. */
export const LOOKED_AT_CHARS = 2000

/** What is behind it, once what differs is replaced, tells occurrences apart rather than errors. */
const COMPARED_CHARS = 300

/** What stands in a pattern for what differs between two occurrences of the same error. docs/operations.md tells them to people. */
type Mask = 'text' | 'url' | 'email' | 'id' | 'time' | 'ip' | 'path' | 'n'

/** A value in quotes that is not an apostrophe, which has a letter before it or behind it. */
const quoted = [
  '"[^"\n]{0,500}"',
  String.raw`'(?:[^'\n]|(?<=\w)'(?=\w)){0,500}'`,
  '`[^`\n]{0,500}`',
  '“[^”\n]{0,500}”',
  '«[^»\n]{0,500}»',
]

const onWindows = String.raw`(?:\b[a-z]:[\\/]|\\\\)`
const inFolder = String.raw`(?<![\w/.~<])(?:~|\.{1,2})?\/(?=[^\s/])`
/** Without a slash before it, only what has two of them or an ending: "and/or" is none. */
const relative = String.raw`(?<![\w/.-])[\w.@-]{1,100}(?:\/[\w.@-]{1,100}){0,20}\/(?:[\w.@-]{1,100}\/[\w.@-]{1,100}|[\w@-]{1,100}\.[a-z]\w{0,5}\b)`
const inPath = String.raw`[^\s"'<>:;,()[\]{}|*?]`
const hex4 = String.raw`[\da-f]{1,4}`

interface MaskPattern {
  mask: Mask
  /** One of these characters is in everything that it stands for. */
  has: string
  pattern: string
}

const QUOTES = '"\'`“«'
const DIGITS = '0123456789'

/** Of two that begin at the same place the first one counts. */
const masks: readonly MaskPattern[] = [
  { mask: 'text', has: QUOTES, pattern: String.raw`(?:\.\.\.)?"[^\n]{0,500}"(?:\.\.\.)?(?= is not valid JSON)` },
  { mask: 'text', has: QUOTES, pattern: String.raw`(?<![\w)\]])(?:${quoted.join('|')})(?!\w)` },
  { mask: 'url', has: '/', pattern: String.raw`\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s"'<>()[\]{},;]+` },
  { mask: 'id', has: '-', pattern: String.raw`\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b` },
  {
    mask: 'time',
    has: '-',
    pattern: String.raw`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b)?)?(?!\d)`,
  },
  { mask: 'ip', has: '.', pattern: String.raw`(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.-]*\w)` },
  {
    mask: 'ip',
    has: ':',
    pattern: String.raw`\[?(?<![\w:])(?:(?:${hex4}:){3,7}(?::?${hex4}){0,5}|(?:${hex4})?:(?::${hex4}){1,6})(?:%\w+)?\]?(?::\d{1,5})?(?![\w:])`,
  },
  { mask: 'path', has: '/\\', pattern: `(?:${onWindows}|${inFolder})${inPath}+` },
  { mask: 'path', has: '/', pattern: relative },
  {
    mask: 'email',
    has: '@',
    pattern: String.raw`(?<![\w.+-])[\w.+-]{1,64}@[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,8}`,
  },
  { mask: 'n', has: DIGITS, pattern: String.raw`(?<![\w)\].-])-?\d+(?:[.,:]\d+)*(?![\w-]|[.,:]\d)` },
  { mask: 'n', has: DIGITS, pattern: String.raw`(?<!\w)\d+(?:[.,:]\d+)+` },
]

/** A word with a digit in it or a long one, its parts joined by dashes and underscores. */
const words = String.raw`(?<![a-z\d])(?:(?<![\w-])[_-]{1,3})?(?=[\w-]{0,80}\d|\w{10}|[\da-f]{8})[a-z\d]+(?:[_-]+[a-z\d]+)*(?:[_-]{1,3}(?![\w-]))?`

/** A bit for each kind of character by which it is told which masks a line can have. */
const kinds = [...new Set(masks.map(({ has }) => has))]
const bits = new Map<number, number>()
kinds.forEach((characters, at) => {
  for (const character of characters)
    bits.set(character.charCodeAt(0), (bits.get(character.charCodeAt(0)) ?? 0) | (1 << at))
})
const asciiBits = Uint16Array.from({ length: 128 }, (_, code) => bits.get(code) ?? 0)

function kindsIn(line: string): number {
  let found = 0
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    found |= code < 128 ? (asciiBits[code] ?? 0) : (bits.get(code) ?? 0)
  }
  return found
}

/** Of those masks alone that a line of these kinds can have, which is much faster than all. */
const patterns = new Map<number, RegExp>()

function patternFor(found: number): RegExp {
  const known = patterns.get(found)
  if (known) return known
  const possible = masks.filter(({ has }) => found & (1 << kinds.indexOf(has)))
  const pattern = new RegExp([...possible.map(({ pattern }) => pattern), `(${words})`].join('|'), 'gi')
  patterns.set(found, pattern)
  return pattern
}

const named = new RegExp([...masks.map(({ pattern }) => `(${pattern})`), `(${words})`].join('|'), 'gi')

/** What tells two errors apart does not tell a number from an id, which may have only digits by chance. */
const ANY = '<*>'
const lists = /<\*>(?:, ?<\*>)+/g

/** The same for all reasons of one error, and as good as never the same for two errors. */
export function keyOf(reason: string): string {
  const line = lineOf(reason)
  const masked = line.replaceAll(patternFor(kindsIn(line)), (_match, word: string | undefined) =>
    word === undefined ? ANY : maskWord(word, ANY, ANY),
  )
  const key = masked.includes('<*>,') ? masked.replaceAll(lists, ANY) : masked
  return key.slice(0, COMPARED_CHARS).trim()
}

/** The error of a reason, with names of what is masked in it, for people. */
export function errorOf(reason: string): string {
  const masked = lineOf(reason).replaceAll(named, (match, ...found: (string | undefined)[]) => {
    const mask = masks[found.findIndex((part) => part !== undefined)]
    return mask ? `<${mask.mask}>` : maskWord(match, '<id>', '<n>')
  })
  return masked.slice(0, COMPARED_CHARS).trim()
}

/** The name of the group that a key stands for. */
export const groupOfKey = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 12)

/** The name of the group that a reason belongs to. */
export const groupOf = (reason: string): string => groupOfKey(keyOf(reason))

const uneven = /[^\S ]| {2}/
const spaces = /\s+/g

function lineOf(reason: string): string {
  const text = reason.slice(0, LOOKED_AT_CHARS).trimStart()
  const end = text.indexOf('\n')
  const line = end < 0 ? text : text.slice(0, end)
  return uneven.test(line) ? line.replaceAll(spaces, ' ') : line
}

const joint = /([_-]+)/
const number = /^\d+$/
const hex = /^(?:[\da-f]{8,}|(?=.*[a-f])(?=.*\d)[\da-f]{6,}|0x[\da-f]+)$/i
/** Letters and digits in turns, which names as `sha256` and units as `30s` are not. */
const inTurns = /^(?=.{6})(?:\d+[a-z]+\d|[a-z]+\d+[a-z]+\d|[a-z]+\d+[a-z]{3}|\d+[a-z]{4})/i
const prefix = /^[a-z]{2,8}[_-]/
const digits = /\d+/g
const change = /[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[A-Za-z])/g

/** So often, for each letter, a random word changes between capitals, small letters and digits; words that people join do not. */
const CHANGES = 0.4
/** What is so long is told from them sooner. */
const LONG = { chars: 16, changes: 0.33 }

function changesOften(word: string, atLeast: number): boolean {
  if (word.length < atLeast) return false
  const often = word.length >= LONG.chars ? LONG.changes : CHANGES
  return (word.match(change)?.length ?? 0) >= often * word.length
}

const isId = (part: string) => !number.test(part) && (hex.test(part) || inTurns.test(part) || changesOften(part, 10))

/** Masks of a word what is a number or an id: `order_17` keeps its name, of `cus_9s6XKzk1` its kind stays. */
function maskWord(word: string, id: string, n: string): string {
  if (number.test(word)) return n
  const kind = prefix.exec(word)?.[0] ?? ''
  const rest = word.slice(kind.length)
  if (changesOften(rest, LONG.chars)) return kind + id
  const parts = rest.split(joint)
  const ids = parts.map((part, at) => at % 2 === 0 && isId(part))
  if (!ids.includes(true)) return word.replaceAll(digits, n)
  // Random ids may have dashes in them: what is beside one belongs to it, unless people would write it.
  const [first, last] = [ids.indexOf(true), ids.lastIndexOf(true)]
  const told = (from: number, to?: number) => parts.slice(from, to).join('').replaceAll(digits, n)
  return kind + told(0, first) + id + told(last + 1)
}
