import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'

/** Where in a file something stands; both count from 1. */
export interface Position {
  line: number
  column: number
}

export type Path = readonly PropertyKey[]

/** What a YAML text holds. `value` is undefined when the text is none. */
export interface YamlText {
  value: unknown
  problems: { at: Position; sentence: string }[]
  /** Where the value of a path stands; of one that is not there, where it would have to be put in. */
  positionOf(path: Path): Position
  /** Where the last key of a path stands. */
  positionOfKey(path: Path): Position
}

const START: Position = { line: 1, column: 1 }

export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false })
  const position = (offset: number | undefined): Position => {
    if (offset === undefined) return START
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    at: position(pos[0]),
    sentence: `${message.split('\n')[0]}`,
  }))
  return {
    ...(problems.length > 0 ? { value: undefined, problems } : valueOf(document)),
    positionOf: (path) => position(nodeAt(document, path)?.range?.[0]),
    positionOfKey: (path) => position(keyAt(document, path)?.range?.[0]),
  }
}

function valueOf(document: Document): Pick<YamlText, 'value' | 'problems'> {
  try {
    return { value: document.toJS() as unknown, problems: [] }
  } catch (error) {
    // Aliases of aliases of aliases: a text of a few lines that would fill the memory.
    return { value: undefined, problems: [{ at: START, sentence: error instanceof Error ? error.message : '' }] }
  }
}

/** The node of a path, or the nearest one around it. */
function nodeAt(document: Document, path: Path): Node | null {
  let node = document.contents as Node | null
  for (const step of path) {
    const inner = childOf(document, node, step)
    if (!inner) return node
    node = inner
  }
  return node
}

function keyAt(document: Document, path: Path): Node | null {
  const around = resolved(document, nodeAt(document, path.slice(0, -1)))
  const pair = isMap(around) ? around.items.find(({ key }) => keyText(key) === path.at(-1)) : undefined
  return (pair?.key as Node | undefined) ?? around
}

function childOf(document: Document, node: Node | null, step: PropertyKey): Node | null {
  const around = resolved(document, node)
  if (isSeq(around)) return (around.items[Number(step)] as Node | undefined) ?? null
  if (!isMap(around)) return null
  return (around.items.find(({ key }) => keyText(key) === step)?.value as Node | null | undefined) ?? null
}

const resolved = (document: Document, node: Node | null) => (isAlias(node) ? (node.resolve(document) ?? null) : node)

const keyText = (key: unknown): unknown => (isScalar(key) ? String(key.value) : key)
