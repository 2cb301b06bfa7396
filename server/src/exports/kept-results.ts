import { scheduleOfFile } from './export-names.ts'
import { exportFileType } from './files/file-name.ts'

/**
 * The files of schedules beyond the latest that each keeps, by when they were due: a late run takes no place from those that
 * were due after it. Schedules that are not listed, any more
 * or here, are left alone.
 *
 * @param kept how many, by the name of the schedule
 */
export function beyondKept<File extends { name: string }>(files: File[], kept: ReadonlyMap<string, number>): File[] {
  const results = files.flatMap((file) => {
    const of = exportFileType(file.name) === null ? null : scheduleOfFile(file.name)
    return of && kept.has(of.schedule) ? [{ ...of, file }] : []
  })
  const seen = new Map<string, number>()
  return results
    .toSorted((a, b) => b.dueAt - a.dueAt)
    .filter(({ schedule }) => {
      const newer = seen.get(schedule) ?? 0
      seen.set(schedule, newer + 1)
      return newer >= (kept.get(schedule) ?? 0)
    })
    .map(({ file }) => file)
}
