import { OpsError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ResourceContent, ResourceKind } from '../resources/resource.ts'
import type { Asker } from '../tools/call.ts'
import { tellingMistakes } from './telling-mistakes.ts'

type Cursor = { cursor?: string | undefined } | undefined

/** What can be read, as every protocol era serves it. All reject with ProtocolMistake. */
export interface OfferedResources {
  templates(): { resourceTemplates: ResourceKind['template'][] }
  list(params: Cursor): Promise<{ resources: Listed[]; nextCursor?: string }>
  read(params: { uri: string }): Promise<{ contents: ResourceContent[] }>
  /** See {@link ResourceKind}. */
  follow(uri: string, hear: (version: string, at: number) => void): Promise<Disposable>
}

type Listed = Awaited<ReturnType<ResourceKind['list']>>['resources'][number]

/** Made once per process. */
export function offerResources(kind: ResourceKind, log: Log): OfferedResources {
  const none = () => new OpsError('not_found', `There is no such resource; they are ${kind.template.uriTemplate}.`)
  // Nobody has to say who he is yet.
  const asker: Asker = { principal: null }
  const told = <T>(work: () => Promise<T>) => tellingMistakes(log, 'resource', work)
  return {
    templates: () => ({ resourceTemplates: [kind.template] }),
    list: (params) =>
      told(async () => {
        const { resources, nextCursor } = await kind.list(params?.cursor, asker)
        return { resources, ...(nextCursor === null ? {} : { nextCursor }) }
      }),
    read: ({ uri }) =>
      told(async () => {
        const reading = kind.read(uri, asker)
        if (!reading) throw none()
        return { contents: [await reading] }
      }),
    follow: (uri, hear) =>
      told(async () => {
        const following = kind.follow(uri, hear, asker)
        if (!following) throw none()
        return following
      }),
  }
}
