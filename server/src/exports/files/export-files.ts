/** A whole file on this machine that is to be published. */
export interface FinishedFile {
  path: string
  /** The name under which it is handed out, as `exportFileName` makes it. */
  name: string
  bytes: number
  sha256: string
}

/** What is found at the place of the finished files: exports, leases, and what others may have put there. */
export interface StoredFile {
  name: string
  bytes: number
  /** Milliseconds since 1970. Of an export this is when it was published. */
  modifiedAt: number
}

/** How a file gets to a client: read by this server from a disk, or fetched by the client from where the link leads. */
export type Handout = { kind: 'file'; path: string; etag: string } | { kind: 'link'; url: string }

export interface FilePart {
  data: Buffer
  total: number
}

/**
 * Where finished exports stand, the same for all instances that have the same EXPORT_FILES: any of them hands out what
 * another one made. What reads from there rejects with OpsError `files_unavailable` when the place does not answer.
 */
export interface ExportFiles {
  /**
   * Gives a whole file its name, so that nobody ever sees half of it. Rejects with OpsError `file_unwritable` when that
   * may go well later, `file_refused` when trying again cannot mend it, or with the reason of `signal` when that aborts;
   * nothing half is left then, and the file itself is still at its path.
   */
  publish(file: FinishedFile, signal: AbortSignal): Promise<void>
  /** Null when there is no such file; a link is good for one method only, and for a few minutes. */
  handOut(name: string, method: 'GET' | 'HEAD'): Promise<Handout | null>
  /**
   * At most `bytes` bytes of a file, from the one at `from` on, and how many it has in all; null when there is no such file.
   * Behind its end there are none.
   */
  readPart(name: string, from: number, bytes: number): Promise<FilePart | null>
  /** Tells the sweepers of all instances that the file is being read at this moment. */
  lease(name: string): Promise<void>
  list(signal: AbortSignal): Promise<StoredFile[]>
  look(name: string): Promise<StoredFile | null>
  /** Removes a file; one that is not there is no error. */
  remove(name: string): Promise<void>
  /**
   * Removes what was left half by publishers that died, as far as it was begun before `before` (milliseconds since 1970),
   * and gives how many that were.
   */
  removeAbandoned(before: number, signal: AbortSignal): Promise<number>
  close(): Promise<void>
}
