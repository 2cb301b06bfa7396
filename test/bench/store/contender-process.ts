// A contender's process: it lives for the whole run, with its store, and measures when it is asked. So each contender has
// its own heap and its own compiled code, as it would in an application.
import type { Host } from './contender.ts'
import { contenderOf } from './contenders.ts'
import type { Answer, Question } from './contender-handle.ts'
import { measures } from './measures.ts'
import { Profiler } from '../profile.ts'

const tell = (answer: Answer) => process.connected && process.send?.(answer)
const fail = (error: unknown) =>
  tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })

const contender = contenderOf(process.argv[2] ?? '')
const host = await contender.start().catch(fail)
process.once('disconnect', async () => {
  if (typeof host === 'object') await host[Symbol.asyncDispose]()
  process.exit()
})
if (typeof host === 'object') {
  process.on('message', (question: Question) => answer(host, question).then(tell, fail))
  tell({ kind: 'ready', version: host.version })
}

async function answer(host: Host, { measure, sizes, profile }: Question): Promise<Answer> {
  const run = measures[measure]
  if (!run) throw new Error(`there is no measure ${measure}`)
  if (!profile) {
    return { kind: 'done', figures: await run({ contender, host, counted: (work) => work() }, sizes) }
  }
  const profiler = new Profiler()
  await run({ contender, host, counted: (work) => profiler.watch(work) }, sizes)
  return { kind: 'profiled', profile: profiler.profile() }
}
