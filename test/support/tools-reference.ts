import type { Tool, ToolAnnotations } from '@queue-ops/server/tool'
import { z } from 'zod'

type Schema = z.core.JSONSchema.BaseSchema

/** docs/tools.md: everything that the definitions say, which is more than a client is told when it lists the tools. */
export function toolsReference(tools: Tool[]): string {
  const parts = [
    '# Tools',
    'Made from the definitions by `npm run docs:tools`; a test compares the two. Clients are told the same in fewer words, see [decision 29](decisions/0029-short-tool-list.md). What is wrong with a call is said in `{"error": "…"}` as text, with `isError`.',
    tools.map(({ name, title }) => `- [\`${name}\`](#${name}): ${title.toLowerCase()}`).join('\n'),
    ...tools.flatMap(section),
  ]
  return `${parts.join('\n\n')}\n`
}

function section({ name, title, description, input, output, annotations }: Tool): string[] {
  return [
    `## ${name}`,
    `**${title}** (${hints(annotations)}). ${description}`,
    '### Arguments',
    fields(z.toJSONSchema(input, { io: 'input' }), 'None.'),
    '### Answer',
    fields(z.toJSONSchema(output, { io: 'output' }), 'Nothing.'),
  ]
}

function hints({ readOnlyHint, destructiveHint, idempotentHint, openWorldHint }: ToolAnnotations): string {
  if (readOnlyHint) return 'only reads'
  const kinds = [
    'changes something',
    ...(destructiveHint ? ['destructive'] : []),
    ...(idempotentHint ? ['the same again changes nothing more'] : []),
    ...(openWorldHint ? ['reaches other systems'] : []),
  ]
  return kinds.join(', ')
}

function fields(schema: Schema, none: string): string {
  const rows = rowsOf(schema, '')
  // Without padding, so that a change of one field is a change of one line.
  const lines = [['field', 'type', 'meaning'], ['---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`)
  return rows.length === 0 ? none : lines.join('\n')
}

/** A row for each field, those inside of others by their path. */
function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, each]) => {
    const field = each as Schema
    const path = `${prefix}${name}`
    const meaning = [required.includes(name) ? '' : 'optional', field.description ?? ''].filter((text) => text !== '')
    return [[`\`${path}\``, typeOf(field), meaning.join('; ').replaceAll('|', '\\|')], ...innerRows(field, path)]
  })
}

function innerRows(field: Schema, path: string): string[][] {
  if (field.anyOf) return field.anyOf.flatMap((each) => innerRows(each as Schema, path))
  if (field.items) return innerRows(field.items as Schema, `${path}[]`)
  if (typeof field.additionalProperties === 'object')
    return innerRows(field.additionalProperties as Schema, `${path}.*`)
  return rowsOf(field, `${path}.`)
}

function typeOf(field: Schema): string {
  if (field.anyOf) return [...new Set(field.anyOf.map((each) => typeOf(each as Schema)))].join(' or ')
  if (field.enum) return field.enum.map((value) => `\`${JSON.stringify(value)}\``.replaceAll('|', '\\|')).join(', ')
  if (field.items) return `list of ${typeOf(field.items as Schema)}`
  if (field.type === undefined) return 'anything'
  return [field.type].flat().join(' or ') + boundsOf(field)
}

function boundsOf({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema): string {
  const bounds = [
    ...(minimum > Number.MIN_SAFE_INTEGER ? [`from ${minimum}`] : []),
    ...(maximum < Number.MAX_SAFE_INTEGER ? [`up to ${maximum}`] : []),
  ]
  return bounds.length === 0 ? '' : ` ${bounds.join(' ')}`
}
