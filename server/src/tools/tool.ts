import type { z } from 'zod'
import type { ResourceLink } from '../resources/resource.ts'
import type { Call } from './call.ts'

/** How a host should treat a tool; hints for people, never enforcement. */
export interface ToolAnnotations {
  readOnlyHint: boolean
  destructiveHint: boolean
  idempotentHint: boolean
  openWorldHint: boolean
}

/** What a tool answers: its output, and whether a client should take that as bad news. */
export interface ToolAnswer<Output> {
  output: Output
  /** True for an answer in the shape of the output schema that nevertheless reports trouble (health_check). */
  isError?: boolean
  /** Resources that the output tells of, for clients that know of such links. */
  links?: ResourceLink[]
}

/**
 * What a client can do, independent of how it is spoken. A handler throws OpsError for what the caller can mend; its
 * message then reaches the client as the answer.
 */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  name: string
  title: string
  description: string
  input: Input
  output: Output
  annotations: ToolAnnotations
  handle(input: z.infer<Input>, call: Call): Promise<ToolAnswer<z.infer<Output>>>
}

/** Reads only, can be repeated, touches nothing but our own queue and datasets. */
export const readOnly: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}
