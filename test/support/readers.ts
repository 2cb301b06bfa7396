import { readdirSync, readFileSync } from 'node:fs'

/** The processes of a process in which sources are read, on Linux. */
export function readers(parent = process.pid): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const [, itsParent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return Number(itsParent) === parent && /(?:duckdb|sqlite)-process/.test(command)
    } catch {
      // No process, or none any more.
      return false
    }
  })
}

/** What a process has in memory, in MB. */
export const residentMb = (pid: string) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
