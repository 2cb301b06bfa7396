import { usePage } from './page-context.ts'

/** Whether nothing can be changed from here: the server says so (READ_ONLY), or has not said anything yet. */
export function useReadOnly(): boolean {
  return usePage().reading.report?.read_only ?? true
}
