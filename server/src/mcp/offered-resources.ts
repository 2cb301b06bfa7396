import { randomUUID } from 'node:crypto'
import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ResourceContent, ResourceKind } from '../resources/resource.ts'
import type { Asker } from '../tools/call.ts'
import { INTERNAL_ERROR, ProtocolMistake, RESOURCE_NOT_FOUND } from './protocol-mistake.ts'

type Cursor = { cursor?: string | undefined } | undefined

/** What can be read, as every protocol era serves it. All reject with {@link ProtocolMistake}. */
export interface OfferedResources {
  templates(): { resourceTemplates: ResourceKind['template'][] }
  list(params: Cursor): Promise<{ resources: Listed[]; nextCursor?: string }>
  read(params: { uri: string }): Promise<{ contents: ResourceContent[] }>
  /** See {@link ResourceKind}. */
  follow(uri: string, hear: (version: string) => void): Promise<Disposable>
}

type Listed = Awaited<ReturnType<ResourceKind['list']>>['resources'][number]

/** Made once per process. */
export function offerResources(kind: ResourceKind, log: Log): OfferedResources {
  const none = () => new OpsError('not_found', `There is no such resource; they are ${kind.template.uriTemplate}.`)
  // Nobody has to say who he is yet.
  const asker: Asker = { principal: null }
  return {
    templates: () => ({ resourceTemplates: [kind.template] }),
    list: (params) =>
      told(log, async () => {
        const { resources, nextCursor } = await kind.list(params?.cursor, asker)
        return { resources, ...(nextCursor === null ? {} : { nextCursor }) }
      }),
    read: ({ uri }) =>
      told(log, async () => {
        const reading = kind.read(uri, asker)
        if (!reading) throw none()
        return { contents: [await reading] }
      }),
    follow: (uri, hear) =>
      told(log, async () => {
        const following = kind.follow(uri, hear, asker)
        if (!following) throw none()
        return following
      }),
  }
}

/** Gives what `work` gives; what goes wrong is told by the protocol, in a sentence of ours. */
export async function told<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolMistake) throw error
    if (error instanceof OpsError) {
      if (error.cause) log.warn({ event: 'resource_refused', code: error.code, err: error.cause }, error.message)
      throw new ProtocolMistake(error.message, codes[error.code])
    }
    const id = randomUUID()
    log.error({ event: 'resource_error', error_id: id, err: error }, 'a request failed for a reason that is ours')
    throw new ProtocolMistake(`The server failed to answer; its log has the details under ${id}.`, INTERNAL_ERROR)
  }
}

/** Those that are missing are wrong parameters. */
const codes: Partial<Record<OpsError['code'], number>> = {
  not_found: RESOURCE_NOT_FOUND,
  store_unavailable: INTERNAL_ERROR,
  files_unavailable: INTERNAL_ERROR,
}
