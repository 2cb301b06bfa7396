import { startHeartbeat } from '../alerts/heartbeat.ts'
import type { Config } from '../config.ts'
import { IN_MEMORY } from '../history/open-file.ts'
import { defaultRetention } from '../history/retention.ts'
import { startProbeServer } from '../http/server.ts'
import { otlpRequest } from '../metrics/otlp.ts'
import { startPushing } from '../metrics/otlp-push.ts'
import { probeFamilies } from '../metrics/probe-families.ts'
import type { Probing, Recorder } from '../reporters/list.ts'
import { Memory } from './memory.ts'
import { wellnessOf } from './wellness.ts'

/** What is due may still be delivered when the probe ends; who runs it once waits longer, for there is no next run. */
const GOODBYE_MS = { once: 4000, daemon: 2000, watch: 2000 } as const

/** A single run remembers only when it is told where. */
export function needsMemory({ mode, sections }: Config): boolean {
  return mode !== 'once' || (sections.history?.file ?? null) !== null
}

/**
 * The memory with what lives by it: alerts, the heartbeat and the probe's own server, as a recorder. Rejects with OwnFault
 * when the file or the address cannot be had.
 */
export async function openMemory(config: Config, probing: Probing): Promise<Recorder> {
  const { targets, leftOut, sections, mode } = config
  const path = pathOf(config)
  const retention = sections.history?.retention ?? defaultRetention
  // A single run may be about anything: it closes nothing that it does not ask.
  const isWatchedElsewhere = (name: string) => mode === 'once' || leftOut.includes(name)
  const memory = new Memory({ path, retention, channels: sections.alerts, targets, isWatchedElsewhere }, probing)
  const ending = mode === 'once' ? [] : await startDaemonParts(config, probing, memory)
  return {
    name: path === IN_MEMORY ? 'the history' : `history ${path}`,
    record: async (result, target) => memory.record(result, target),
    async close() {
      await Promise.all(ending.map((end) => end()))
      await memory.close(GOODBYE_MS[mode])
    },
  }
}

function pathOf({ sections, results }: Config): string {
  if (sections.history?.file) return sections.history.file
  return results === null ? IN_MEMORY : `${results.replace(/\.jsonl?$/, '')}.history.sqlite`
}

async function startDaemonParts({ sections }: Config, probing: Probing, memory: Memory): Promise<(() => unknown)[]> {
  const { heartbeat, listen, otlp } = sections
  const startedAt = probing.clock.now()
  const ending: (() => unknown)[] = []
  if (listen !== undefined) {
    const server = await startProbeServer(listen, { ...probing, memory, startedAt })
    probing.complain(`listening on ${server.url}`)
    ending.push(() => server.close())
  }
  if (heartbeat !== undefined) {
    const beating = startHeartbeat(heartbeat, {
      complain: probing.complain,
      onOutcome: (...outcome) => memory.tally.notification(...outcome),
      wellness: () => {
        const undelivered = memory.undelivered.flatMap(({ messages }) => messages)
        return wellnessOf(memory.targets, undelivered, startedAt, probing.clock.now())
      },
    })
    ending.push(() => beating.stop())
  }
  if (otlp !== undefined) {
    const request = () => {
      const about = { version: probing.version, startedAt, now: probing.clock.now() }
      return otlpRequest(probeFamilies(memory, about), about)
    }
    const pushing = startPushing(otlp, request, probing.complain)
    ending.push(() => pushing.stop())
  }
  return ending
}
