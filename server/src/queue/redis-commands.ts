import { RedisQueueBackend, type Queue } from 'bullmq'
import type { WhyUnread } from './queue-facts.ts'

/** Among so many jobs whose turn comes next are those that have been put in front of all others. */
export const NEXT_ENTRIES = 10

/** A command of Redis: its name and its arguments. */
export type Command = [name: string, ...args: (string | number)[]]

export type RedisClient = Awaited<RedisQueueBackend['client']>

/** The connection of a queue on Redis. */
export async function clientOf(queue: Queue): Promise<RedisClient> {
  const backend: unknown = queue.getBackend()
  if (backend instanceof RedisQueueBackend) return backend.client
  throw new Error(`the queue "${queue.name}" is not on Redis`)
}

/**
 * Sends commands in one go and gives their answers in the same order. On a cluster all keys have to be of one slot. Throws
 * the first error among the answers.
 */
export async function ask(client: RedisClient, commands: Command[]): Promise<unknown[]> {
  const pipeline = client.pipeline()
  for (const [name, ...args] of commands) pipeline.runCommand(name, args)
  const answers = (await pipeline.exec()) ?? []
  return answers.map(([error, value]: [Error | null, unknown]) => {
    if (error) throw error
    return value
  })
}

/** Stands for the answer to a command that Redis refuses for the key or the user, while it carries out others. */
export class Refused {
  readonly why: WhyUnread

  constructor(why: WhyUnread) {
    this.why = why
  }
}

const refusals: Record<string, WhyUnread> = { WRONGTYPE: 'wrong_type', NOPERM: 'forbidden' }

/**
 * The same, with {@link Refused} in the place of an answer that is refused for reasons of its own. Throws errors that are no such:
 * the store is gone, loads, or is in trouble as a whole.
 */
export async function askEach(client: RedisClient, commands: Command[]): Promise<unknown[]> {
  const pipeline = client.pipeline()
  for (const [name, ...args] of commands) pipeline.runCommand(name, args)
  const answers = (await pipeline.exec()) ?? []
  return answers.map(([error, value]: [Error | null, unknown]) => {
    const why = error && refusals[refusalOf(error) ?? '']
    if (why) return new Refused(why)
    if (error) throw error
    return value
  })
}

/** Sends one command, also one that has no key. */
export const askOne = (client: RedisClient, [name, ...args]: Command): Promise<unknown> => client.runCommand(name, args)

/** The word with which Redis begins an error of its own, such as OOM or NOPERM; null for every other error. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  return /^[A-Z]+/.exec(error.message)?.[0] ?? null
}

/** The time of the server, milliseconds since 1970. */
export async function timeOf(client: RedisClient): Promise<number> {
  const [seconds, microseconds] = (await askOne(client, ['time'])) as [string, string]
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
}

/** A member of a sorted set with its score, as `WITHSCORES` answers for one of them. */
export function scored(answer: unknown): { member: string; score: number } | null {
  const [member, score] = (answer ?? []) as string[]
  return member === undefined ? null : { member, score: Number(score) }
}
