import type { ProbeStepName } from '@queue-ops/server/contract'
import type { MaintenanceWindow } from './maintenance.ts'

/** How the target is expected to speak MCP. `auto`: 2026-07-28 when it offers that, else the versions before. */
export type Era = 'auto' | 'modern' | 'legacy'

/** A header that goes with every request. One from a file is read anew for every run, so that secrets can be rotated. */
export type Header = { name: string; value: string } | { name: string; file: string; prefix: string }

/** A server behind an address. */
export interface HttpReach {
  kind: 'http'
  /** What is requested; without user info, which `fetch` refuses. */
  url: URL
  headers: Header[]
  tls: {
    /** File with the certificates that are trusted instead of the system's, or null. */
    caFile: string | null
    warnBeforeMs: number
    failBeforeMs: number
  }
}

/** A server that is started for each run and spoken with over its standard input and output. */
export interface StdioReach {
  kind: 'stdio'
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string | null
}

/** A small export that is started, waited for, downloaded and verified. */
export interface CanaryExport {
  /** Null when the server has only one. */
  dataset: string | null
  /** Rows at most. */
  limit: number
  /** From the start of one to the start of the next; runs in between go without. */
  everyMs: number
}

/** When the target counts as ill and as well again, and when nobody is to be told. */
export interface AlertRule {
  /** An incident opens when `bad` of the last `of` runs failed. */
  failAfter: { bad: number; of: number }
  /** It closes after so many good runs in a row. */
  resolveAfter: number
  /** Told again after so long, null: once only. */
  reminderMs: number | null
  maintenance: MaintenanceWindow[]
}

/** Whom the probe calls, how, and how often. */
export interface Target {
  /** As it appears in results: its name in the file, else its URL without user info, query and fragment. */
  name: string
  reach: HttpReach | StdioReach
  era: Era
  /** Tools that it has to offer; null: health_check, and the export tools when it is Queue Ops. */
  expectedTools: string[] | null
  steps: {
    tools_list: boolean
    /** The arguments of the call, null when it is not called. */
    health_check: Record<string, unknown> | null
    canary_export: CanaryExport | null
  }
  timeouts: {
    /** Of each step, in milliseconds. */
    steps: Record<ProbeStepName, number>
    /** Of all steps of a run but the canary export. */
    totalMs: number
  }
  /** How often a step that may be repeated is tried again within a run. */
  retries: number
  intervalMs: number
  /** Part of the interval by which it is shortened or lengthened at random, from 0 to 0.5. */
  jitter: number
  alert: AlertRule
}

/** What a target has when nothing else is said. */
export const targetDefaults = {
  era: 'auto',
  expectedTools: null,
  retries: 0,
  intervalMs: 30_000,
  jitter: 0.1,
  stepMs: 5000,
  totalMs: 20_000,
  canaryMs: 60_000,
  canaryEveryMs: 5 * 60_000,
  warnBeforeMs: 21 * 86_400_000,
  failBeforeMs: 7 * 86_400_000,
} as const

export const alertDefaults: AlertRule = {
  failAfter: { bad: 2, of: 3 },
  resolveAfter: 2,
  reminderMs: 3_600_000,
  maintenance: [],
}

/** The deadlines of the steps when each may take `stepMs`. */
export function stepTimeouts(stepMs: number): Target['timeouts']['steps'] {
  return {
    connect: stepMs,
    tls: stepMs,
    handshake: stepMs,
    tools_list: stepMs,
    health_check: stepMs,
    canary_export: targetDefaults.canaryMs,
  }
}
