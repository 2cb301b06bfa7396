import type { SourceKind } from './source.ts'
import { sqlite } from './sqlite.ts'

/** Every kind of source there is. */
export const sourceKinds: SourceKind[] = [sqlite]
