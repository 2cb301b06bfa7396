import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { Log } from '../../log.ts'
import type { ExportFiles, Handout, StoredFile } from './export-files.ts'
import { exportFileType } from './file-name.ts'
import { leaseName } from './retention.ts'
import type { S3Address } from './s3-address.ts'
import { isAbsent, unread } from './s3-errors.ts'
import { abortUploads, upload } from './s3-upload.ts'

/** A link is followed at once; a download that has begun goes on behind its end. */
const LINK_SECONDS = 900

/** A caller must have a clear error within two seconds. */
const READ_MS = 1500

/** What is not swept by then is left for the next time. */
const SWEEP_MS = 60_000

const CONNECT_MS = 5000
const IDLE_MS = 30_000

/** The bucket in which finished exports stand. */
export interface Bucket {
  s3: S3Client
  name: string
  /** What the keys start with. */
  prefix: string
}

/**
 * Finished exports in an S3-compatible object storage. One that does not answer now is no error but a warning in the log:
 * it may later.
 */
export function openS3Files({ bucket: name, prefix, ...address }: S3Address, log: Log): ExportFiles {
  const bucket: Bucket = { s3: connect(address), name, prefix }
  const { s3 } = bucket
  const key = (file: string) => ({ Bucket: name, Key: prefix + file })
  warnWhenUnreachable(bucket, log)
  const look = (file: string): Promise<StoredFile | null> =>
    asked(async (abortSignal) => {
      const head = await s3.send(new HeadObjectCommand(key(file)), { abortSignal }).catch(nullWhenAbsent)
      if (head) return { name: file, bytes: head.ContentLength ?? 0, modifiedAt: head.LastModified?.getTime() ?? 0 }
      // The answer does not tell whether it is the file or the whole bucket that is missing.
      await s3.send(new HeadBucketCommand({ Bucket: name }), { abortSignal })
      return null
    })
  const lease = (file: string) =>
    asked(async (abortSignal) => {
      await s3.send(new PutObjectCommand({ ...key(leaseName(file)), Body: '' }), { abortSignal })
    })
  return {
    publish: (file, signal) => upload(bucket, file, signal),
    async handOut(file, method): Promise<Handout | null> {
      if (!(await look(file))) return null
      // Whoever may only read can hand out, too; the file is then safe for a while only when it is new.
      await lease(file).catch((error: unknown) =>
        log.warn({ event: 'lease_failed', file, err: error }, 'a download is not held'),
      )
      const Command = method === 'GET' ? GetObjectCommand : HeadObjectCommand
      const command = new Command({
        ...key(file),
        ResponseContentDisposition: `attachment; filename="${file}"`,
        ResponseContentType: exportFileType(file) ?? undefined,
      })
      return { kind: 'link', url: await getSignedUrl(s3, command, { expiresIn: LINK_SECONDS }) }
    },
    async readPart(file, from, bytes) {
      const stored = await look(file)
      if (!stored) return null
      const { bytes: total } = stored
      // A range behind the end would be refused.
      if (from >= total) return { data: Buffer.alloc(0), total }
      const range = { ...key(file), Range: `bytes=${from}-${Math.min(from + bytes, total) - 1}` }
      return asked(async (abortSignal) => {
        const { Body } = (await s3.send(new GetObjectCommand(range), { abortSignal }).catch(nullWhenAbsent)) ?? {}
        return Body ? { data: Buffer.from(await Body.transformToByteArray()), total } : null
      })
    },
    lease,
    list: (signal) => list(bucket, signal),
    look,
    remove: (file) =>
      asked(async (abortSignal) => {
        await s3.send(new DeleteObjectCommand(key(file)), { abortSignal }).catch(nullWhenAbsent)
      }),
    removeAbandoned: (before, signal) =>
      abortUploads(
        bucket,
        (open) => exportFileType(open.name) !== null && open.begunAt < before,
        AbortSignal.any([signal, AbortSignal.timeout(SWEEP_MS)]),
      ),
    close: async () => s3.destroy(),
  }
}

function connect({ endpoint, region, pathStyle }: Pick<S3Address, 'endpoint' | 'region' | 'pathStyle'>): S3Client {
  const elsewhere = region ?? (endpoint && 'us-east-1')
  return new S3Client({
    ...(endpoint ? { endpoint } : {}),
    ...(elsewhere ? { region: elsewhere } : {}),
    forcePathStyle: pathStyle,
    // The signature holds a SHA-256 of what is sent; the checksums that came on top in 2025 are refused by many storages.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
  })
}

function warnWhenUnreachable({ s3, name }: Bucket, log: Log) {
  s3.send(new HeadBucketCommand({ Bucket: name })).catch((error: unknown) =>
    log.warn({ event: 'export_files_unreachable', err: error }, unread(error).message),
  )
}

async function list({ s3, name, prefix }: Bucket, signal: AbortSignal): Promise<StoredFile[]> {
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(SWEEP_MS)])
  const found: StoredFile[] = []
  let token: string | undefined
  do {
    const question = { Bucket: name, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }
    const page = await s3.send(new ListObjectsV2Command(question), { abortSignal })
    for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
      found.push({ name: Key.slice(prefix.length), bytes: Size, modifiedAt: LastModified?.getTime() ?? Date.now() })
    }
    token = page.NextContinuationToken
  } while (token)
  return found
}

/** Has it answered within two seconds, or rejects with OpsError `files_unavailable`. */
async function asked<T>(question: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await question(AbortSignal.timeout(READ_MS))
  } catch (error) {
    throw unread(error)
  }
}

function nullWhenAbsent(error: unknown): null {
  if (isAbsent(error)) return null
  throw error
}
