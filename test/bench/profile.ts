import { Session, type Profiler as Inspector, type Runtime } from 'node:inspector/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { list } from './markdown.ts'

/** Where the CPU time of a piece of work went, in shares of the time in which the process was not idle. */
export interface Profile {
  /** Whose code it is: ours, that of a library, SQLite and Node's own, waiting for garbage … */
  areas: Share[]
  /** The functions with the largest time of their own. */
  functions: Share[]
}

export interface Share {
  name: string
  percent: number
}

/** Microseconds between two samples. */
const INTERVAL_US = 200
const FUNCTIONS = 15

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The CPU profiler, over one or more pieces of work. */
export class Profiler {
  readonly #areas = new Map<string, number>()
  readonly #functions = new Map<string, number>()

  async watch<T>(work: () => Promise<T>): Promise<T> {
    const session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US })
    await session.post('Profiler.start')
    const value = await work()
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    this.#add(profile)
    return value
  }

  profile(): Profile {
    return { areas: shares(this.#areas), functions: shares(this.#functions).slice(0, FUNCTIONS) }
  }

  #add({ nodes, samples = [], timeDeltas = [] }: Inspector.Profile) {
    const byNode = new Map<number, number>()
    samples.forEach((node, at) => byNode.set(node, (byNode.get(node) ?? 0) + (timeDeltas[at] ?? 0)))
    const callers = new Map(
      nodes.flatMap(({ callFrame, children = [] }) => children.map((id) => [id, callFrame] as const)),
    )
    for (const { id, callFrame } of nodes) {
      const us = byNode.get(id) ?? 0
      if (us === 0 || callFrame.functionName === '(idle)' || callFrame.url === 'node:inspector') continue
      const area = areaOf(callFrame)
      add(this.#areas, area, us)
      add(this.#functions, `${nameOf(callFrame, callers.get(id))} – ${area}`, us)
    }
  }
}

function add(times: Map<string, number>, name: string, us: number) {
  times.set(name, (times.get(name) ?? 0) + us)
}

function shares(times: Map<string, number>): Share[] {
  const total = [...times.values()].reduce((sum, us) => sum + us, 0)
  return [...times]
    .map(([name, us]) => ({ name, percent: (us / total) * 100 }))
    .toSorted((a, b) => b.percent - a.percent)
}

function areaOf({ url, functionName }: Runtime.CallFrame): string {
  if (url.includes('/queue/sqlite/')) return 'our backend'
  if (url.includes('/server/dist/exports/')) return 'our exports'
  const [, dependency] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
  if (dependency) return dependency
  if (url.includes('/test/bench/')) return 'the bench'
  if (url.startsWith('node:')) return 'Node, JavaScript'
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(program)') return 'Node and system, native'
  return 'native functions (SQLite, JSON, sockets)'
}

/** Native functions have no place, but somebody who calls them. */
function nameOf({ functionName, url, lineNumber }: Runtime.CallFrame, caller: Runtime.CallFrame | undefined): string {
  const name = functionName || '(anonymous)'
  if (!url) return caller && caller.functionName !== '(root)' ? `${name}, called by ${caller.functionName}` : name
  const path = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url
  return `${name}, ${path.replace(/^.*\/node_modules\//, '')}:${lineNumber + 1}`
}

/** The section of a report on where the time of a piece of work went. */
export function profileSection(title: string, profile: Profile): string[] {
  const lines = (shares: Share[]) =>
    list(shares.map(({ name, percent }) => `${percent.toFixed(1).padStart(4)} % ${name}`))
  return [
    `### Where the time goes: ${title}`,
    'By owner of the code, in shares of the time in which the process was not idle (waiting for the disk is not idle):',
    lines(profile.areas.filter(({ percent }) => percent >= 0.5)),
    'Functions by their own time:',
    lines(profile.functions),
  ]
}
