import type { ExportFiles } from './export-files.ts'
import { isInUse, leaseName } from './retention.ts'

/**
 * Removes a file unless it is being read, or was read or published a moment ago: whoever has listed it may have done so a
 * while ago. `gone`: somebody else has removed it.
 */
export async function removeUnlessInUse(files: ExportFiles, name: string): Promise<'removed' | 'gone' | 'in use'> {
  const file = await files.look(name)
  if (!file) return 'gone'
  if (isInUse(file, null, Date.now())) return 'in use'
  const lease = await files.look(leaseName(name))
  if (isInUse(file, lease?.modifiedAt ?? null, Date.now())) return 'in use'
  await files.remove(name)
  return 'removed'
}
