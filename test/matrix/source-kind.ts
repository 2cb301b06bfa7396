import type { ColumnType } from '@queue-ops/server/contract'
import type { Cell } from '@queue-ops/server/sources/source'
import { truthOf, type Truth, type TrueColumn } from './truth.ts'

/** What a kind of database can hold, and how it is asked for it. */
export interface SourceKind {
  /** Per declared type: our type, and values as SQL. */
  types: Record<string, [type: ColumnType, values: Record<string, unknown>]>
  /** The types it has for the columns of the awkward table; those that are missing it cannot hold. */
  declared: Map<string, string>
  /** Columns of which the datasets file has to tell the type. */
  told: Set<string>
  /** Columns that hold values of any type. */
  mixed?: [declared: string, type: ColumnType][]
  /** Whether it takes a value of a column of the awkward table. */
  holds(cell: Cell, column: string): boolean
  /** A text as SQL, where quotes would not do. */
  text?(text: string): string
  name(name: string): string
  prepare?: string[]
  /** SQL for a cell in the form that the database itself writes, in hexadecimal: so no driver has a say in it. */
  ask(name: string, column: TrueColumn): string
  truth(answer: string, column: TrueColumn): Truth
}

export const standardName = (name: string) => `"${name.replaceAll('"', '""')}"`
export const hex = (text: string) => Buffer.from(text).toString('hex')

export const fromHex = (answer: string, { type }: TrueColumn): Truth => {
  const bytes = Buffer.from(answer, 'hex')
  return type === 'binary' ? bytes : truthOf(bytes.toString(), type)
}

/** Texts that are no Unicode no database takes. */
export const isUnicode = (cell: Cell) => typeof cell !== 'string' || cell.isWellFormed()
export const isJson = (cell: Cell) => cell !== '{not json' && cell !== ''
