import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Figures } from '../figures.ts'
import type { Profile } from '../profile.ts'
import type { BenchData } from './bench-data.ts'
import type { Contender } from './contender.ts'

export interface WriterTask {
  id: string
  data: BenchData
  file: string
  /** Under the profiler, so without figures. */
  profile: boolean
}

export type Written = { figures: Figures } | { profile: Profile } | { failed: string }

const program = fileURLToPath(new URL('writer-process.ts', import.meta.url))

/**
 * Lets a contender write a file, in a process of its own: its memory, its CPU time and its compiled code are its own.
 * Rejects with what went wrong there.
 */
export async function measureWriter(contender: Contender, data: BenchData, file: string): Promise<Figures> {
  const written = await run(contender, { id: contender.id, data, file, profile: false })
  return 'figures' in written ? written.figures : {}
}

export async function profileWriter(contender: Contender, data: BenchData, file: string): Promise<Profile> {
  const written = await run(contender, { id: contender.id, data, file, profile: true })
  if ('profile' in written) return written.profile
  throw new Error('its process gave no profile')
}

async function run({ heapMiB }: Contender, task: WriterTask): Promise<Exclude<Written, { failed: string }>> {
  const child = fork(program, [JSON.stringify(task)], {
    execArgv: heapMiB === undefined ? [] : [`--max-old-space-size=${heapMiB}`],
    // What V8 prints when its heap is full is told in one sentence instead.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const answers: Written[] = []
  child.on('message', (answer: Written) => answers.push(answer))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  const [answer = { failed: `its process ended with ${code ?? signal} (out of memory?)` }] = answers
  if ('failed' in answer) throw new Error(answer.failed)
  return answer
}
