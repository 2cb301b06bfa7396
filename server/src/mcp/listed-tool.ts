import { z } from 'zod'
import type { Tool, ToolAnnotations } from '../tools/tool.ts'

/** A JSON schema of an object. */
export type ObjectSchema = { type: 'object' } & Record<string, unknown>

/** A tool as clients see it, in both protocol eras. */
export interface ListedTool {
  [key: string]: unknown
  name: string
  title: string
  description: string
  inputSchema: ObjectSchema
  outputSchema: ObjectSchema
  annotations: Partial<ToolAnnotations>
}

/**
 * What a client is told of a tool. Every word of it is read by a model at the beginning of every conversation, so the
 * schemas say no more than a caller needs (docs/decisions/0029); docs/tools.md has all of it.
 */
export function listTool({ name, title, description, input, output, annotations }: Tool): ListedTool {
  return {
    name,
    title,
    description,
    inputSchema: objectSchema(input, 'input'),
    outputSchema: objectSchema(output, 'output'),
    annotations: shortAnnotations(annotations),
  }
}

/** What is destructive or idempotent has a meaning only for tools that change something. */
function shortAnnotations({ readOnlyHint, openWorldHint, ...ofChanges }: ToolAnnotations): Partial<ToolAnnotations> {
  return readOnlyHint ? { readOnlyHint, openWorldHint } : { readOnlyHint, ...ofChanges, openWorldHint }
}

type Schema = z.core.JSONSchema.BaseSchema

/** An answer's own fields are told with their types; what those hold in themselves is any object. */
const OUTPUT_DEPTH = 1

/**
 * Names no dialect: it keeps to what draft 7, which older clients take it for, and 2020-12 have in common.
 */
function objectSchema(schema: z.ZodObject, io: 'input' | 'output'): ObjectSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => shorten(jsonSchema, io) })
  return { ...(io === 'output' ? upToDepth(made, OUTPUT_DEPTH) : made), type: 'object' }
}

function shorten(part: Schema, io: 'input' | 'output'): void {
  if (part.minimum === Number.MIN_SAFE_INTEGER) delete part.minimum
  if (part.maximum === Number.MAX_SAFE_INTEGER) delete part.maximum
  if (part.format !== undefined) delete part.pattern
  // Every name in JSON is a text.
  delete part.propertyNames
  joinTypes(part)
  if (io === 'input') return
  // A client that knows an older list must not refuse an answer because it says more, or no longer says something.
  delete part.additionalProperties
  delete part.required
  delete part.description
}

/** `anyOf` of nothing but types is one list of types. */
function joinTypes(part: Schema): void {
  const types = part.anyOf?.map((each) => (Object.keys(each).join() === 'type' ? each.type : undefined))
  if (!types?.every((type) => type !== undefined)) return
  delete part.anyOf
  part.type = types as never
}

function upToDepth({ properties, items, anyOf, ...rest }: Schema, depth: number): Schema {
  const inner = (each: unknown) => upToDepth(each as Schema, depth)
  if (anyOf) {
    const either: Schema = { ...rest, anyOf: anyOf.map(inner) }
    joinTypes(either)
    return either
  }
  if (items) return { ...rest, items: inner(items) }
  if (!properties || depth === 0) return rest
  const told = Object.entries(properties).map(([name, each]) => [name, upToDepth(each as Schema, depth - 1)] as const)
  return { ...rest, properties: Object.fromEntries(told) }
}
