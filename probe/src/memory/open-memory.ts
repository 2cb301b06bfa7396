import type { ProbeResult } from '@queue-ops/server/contract'
import { startHeartbeat } from '../alerts/heartbeat.ts'
import type { Config } from '../config.ts'
import { IN_MEMORY } from '../history/open-file.ts'
import { defaultRetention } from '../history/retention.ts'
import { startProbeServer } from '../http/server.ts'
import { otlpRequest } from '../metrics/otlp.ts'
import { startPushing } from '../metrics/otlp-push.ts'
import { probeFamilies } from '../metrics/probe-families.ts'
import { WatchedServers } from '../server-status/watched-servers.ts'
import { readPage } from '../history/read-history.ts'
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
  const isScheduled = mode !== 'once'
  const memory = new Memory(
    { path, retention, channels: sections.alerts, targets, isWatchedElsewhere, isScheduled },
    probing,
  )
  const servers = new WatchedServers(targets, {
    ...probing,
    latestResults: (name) => latestResults(memory, name, probing),
  })
  const ending = !isScheduled ? [] : await startDaemonParts(config, probing, memory, servers)
  return {
    name: path === IN_MEMORY ? 'the history' : `history ${path}`,
    async record(result, target) {
      memory.record(result, target)
      // Nothing comes after it that could write what is missing: neither the result nor the alerts that follow from it.
      if (!isScheduled && memory.problem !== null) throw new Error(memory.problem)
      const seen = memory.targets.find(({ name }) => name === target.name)
      // Also while nobody looks at the page: what it shows of a server that has died was seen before.
      if (isScheduled && sections.listen !== undefined && seen !== undefined) void servers.look(seen)
    },
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

/** Eight hours at the usual interval. */
const LATEST_RESULTS = 1000

function latestResults(memory: Memory, target: string, { clock }: Probing): ProbeResult[] {
  const query = { resolution: 'raw', from: 0, to: clock.now().getTime(), limit: LATEST_RESULTS, cursor: null } as const
  return memory.read((tables) => readPage(tables, { ...query, target })).results
}

async function startDaemonParts(
  { sections }: Config,
  probing: Probing,
  memory: Memory,
  servers: WatchedServers,
): Promise<(() => unknown)[]> {
  const { heartbeat, listen, otlp } = sections
  const startedAt = probing.clock.now()
  const ending: (() => unknown)[] = []
  if (listen !== undefined) {
    const server = await startProbeServer(listen, { ...probing, memory, servers, startedAt })
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
