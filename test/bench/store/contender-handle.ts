import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Contender } from './contender.ts'
import type { Figures } from '../figures.ts'
import type { Profile } from '../profile.ts'
import type { Sizes } from './sizes.ts'

export interface Question {
  measure: string
  sizes: Sizes
  profile: boolean
}

export type Answer =
  | { kind: 'ready'; version: string }
  | { kind: 'done'; figures: Figures }
  | { kind: 'profiled'; profile: Profile }
  | { kind: 'failed'; reason: string }

/** A contender in its process. */
export interface ContenderHandle extends AsyncDisposable {
  contender: Contender
  version: string
  /** Rejects with what went wrong in the contender. */
  measure(measure: string, sizes: Sizes): Promise<Figures>
  /** Measures under the profiler, so its figures do not count. */
  profile(measure: string, sizes: Sizes): Promise<Profile>
}

/** Rejects when its store cannot be started. */
export async function startContender(contender: Contender): Promise<ContenderHandle> {
  // Detached from the terminal, so that Ctrl-C ends this process only: the others then tidy up before they end.
  const child = fork(fileURLToPath(new URL('contender-process.ts', import.meta.url)), [contender.id], {
    detached: true,
  })
  const exited = once(child, 'exit')
  const answer = async (): Promise<Answer> => {
    const ended = exited.then(([code]) => Promise.reject(new Error(`its process ended with ${code}`)))
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [Answer]
    return message
  }
  const ask = (question: Question) => {
    if (child.connected) child.send(question)
    return answer()
  }
  const first = await answer()
  if (first.kind !== 'ready') {
    child.disconnect()
    throw new Error(reasonOf(first))
  }
  return {
    contender,
    version: first.version,
    async measure(measure, sizes) {
      const told = await ask({ measure, sizes, profile: false })
      if (told.kind === 'done') return told.figures
      throw new Error(reasonOf(told))
    },
    async profile(measure, sizes) {
      const told = await ask({ measure, sizes, profile: true })
      if (told.kind === 'profiled') return told.profile
      throw new Error(reasonOf(told))
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

const reasonOf = (answer: Answer) => (answer.kind === 'failed' ? answer.reason : `it answered ${answer.kind}`)
