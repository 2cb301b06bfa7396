import { readdirSync, readFileSync } from 'node:fs'

/** The processes of this one in which DuckDB runs, on Linux. */
export function readers(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('duckdb-process')
    } catch {
      // No process, or none any more.
      return false
    }
  })
}

/** What a process has in memory, in MB. */
export const residentMb = (pid: string) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000
