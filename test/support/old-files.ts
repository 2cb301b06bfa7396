import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const MINUTE_MS = 60_000

/** Writes a file as if it had been written so long ago. */
export function writeOld(folder: string, name: string, ageMinutes: number, content: string | Buffer = ''): void {
  writeFileSync(join(folder, name), content)
  makeOld(folder, name, ageMinutes)
}

export function makeOld(folder: string, name: string, ageMinutes: number): void {
  const then = new Date(Date.now() - ageMinutes * MINUTE_MS)
  utimesSync(join(folder, name), then, then)
}
