import type { Asker } from '../tools/call.ts'

/** A kind of thing that a client can read by its address, independent of how the protocol is spoken. */
export interface ResourceKind {
  template: { uriTemplate: string; name: string; title: string; description: string }
  /** Those that this caller can read, in pages. Rejects with OpsError. */
  list(cursor: string | undefined, asker: Asker): Promise<{ resources: ListedResource[]; nextCursor: string | null }>
  /** Null when the address is none of this kind. Rejects with OpsError, `not_found` for what is not there. */
  read(uri: string, asker: Asker): Promise<ResourceContent> | null
  /**
   * Tells whenever there is something new to read: what was there already, and what comes. `version` is another one for
   * whatever is told, `at` since when it is, milliseconds since 1970. Null and rejections as of `read`.
   */
  follow(uri: string, hear: (version: string, at: number) => void, asker: Asker): Promise<Disposable> | null
}

export interface ListedResource {
  uri: string
  name: string
  title: string
}

/** What was read, as text or in base64. */
export type ResourceContent = {
  uri: string
  mimeType: string
  /** Of a part: how large the whole is, and the address of the part behind this one, null when this is the last. */
  _meta: { total_bytes: number; next: string | null }
} & ({ text: string } | { blob: string })

/** A resource that an answer points to. */
export interface ResourceLink {
  uri: string
  name: string
  mimeType: string
  size: number
}
