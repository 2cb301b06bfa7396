import { readFileSync } from 'node:fs'

/**
 * The most memory that a process has had resident, in MB (10^6 bytes), undefined where the system does not tell. Not
 * `maxRSS`: on Linux that begins with the peak of the process that started it.
 */
export function peakMemory(pid: number | 'self'): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6
  } catch {
    return undefined
  }
}
