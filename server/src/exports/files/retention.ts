import type { StoredFile } from './export-files.ts'
import { exportFileType } from './file-name.ts'

/**
 * So long a file is safe after it was published or read, whatever the limits say: a download that broke off can be gone on
 * with, and a link that was just given leads somewhere.
 */
export const GRACE_MS = 60 * 60_000

export interface Limits {
  /** Null: files are kept however old they are. */
  maxAgeMs: number | null
  /** Null: files are kept however much they are together. */
  maxTotalBytes: number | null
}

/** The file beside an export whose time tells when the export was last read. */
export const leaseName = (name: string) => `.${name}.lease`

/**
 * Which of the stored files have to go: those that are too old and then, oldest first, as many as the limit of the total asks
 * for; never one that was published or read within {@link GRACE_MS}. Leases go when their time is over. What is no
 * export of ours is left alone and does not count.
 */
export function whatToDelete(stored: StoredFile[], { maxAgeMs, maxTotalBytes }: Limits, now: number): StoredFile[] {
  const leasedAt = new Map(stored.map(({ name, modifiedAt }) => [name, modifiedAt]))
  const files = stored
    .filter(({ name }) => exportFileType(name) !== null)
    .toSorted((a, b) => a.modifiedAt - b.modifiedAt)
  const isTooOld = (file: StoredFile) => maxAgeMs !== null && now - file.modifiedAt > maxAgeMs
  let excess = maxTotalBytes === null ? 0 : files.reduce((sum, { bytes }) => sum + bytes, 0) - maxTotalBytes
  const deleted = new Set<StoredFile>()
  // By age first: what has to go anyway makes room for the others.
  for (const due of [isTooOld, () => excess > 0]) {
    for (const file of files) {
      if (deleted.has(file) || isInUse(file, leasedAt.get(leaseName(file.name)) ?? null, now) || !due(file)) continue
      deleted.add(file)
      excess -= file.bytes
    }
  }
  return [...deleted, ...stored.filter((file) => isLease(file.name) && now - file.modifiedAt >= GRACE_MS)]
}

/** @param leasedAt when it was last read, null when nobody has said so */
export const isInUse = (file: StoredFile, leasedAt: number | null, now: number): boolean =>
  now - Math.max(file.modifiedAt, leasedAt ?? 0) < GRACE_MS

const isLease = (name: string) =>
  name.startsWith('.') && name.endsWith('.lease') && exportFileType(name.slice(1, -'.lease'.length)) !== null
