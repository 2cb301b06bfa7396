import { ListExportsInput, ListExportsOutput } from '../contract.ts'
import type { Exports } from '../exports/exports.ts'
import { readOnly, type Tool } from './tool.ts'

export const listExports = (exports: Exports): Tool<typeof ListExportsInput, typeof ListExportsOutput> => ({
  name: 'list_exports',
  title: 'List the exports',
  description:
    'Lists exports, those that are not over first, in pages: pass next_cursor as cursor for the next one. get_export_status tells the file of one.',
  input: ListExportsInput,
  output: ListExportsOutput,
  annotations: readOnly,
  handle: async (page, { principal }) => ({ output: await exports.list(page, principal) }),
})
