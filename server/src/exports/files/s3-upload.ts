import { createReadStream } from 'node:fs'
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { unwritable } from './disk-errors.ts'
import type { FinishedFile } from './export-files.ts'
import { exportFileType } from './file-name.ts'
import type { Bucket } from './s3-files.ts'
import { isAbsent, unsent } from './s3-errors.ts'

const LEAST_PART_BYTES = 8 * 1024 * 1024
/** S3 takes no more than 10,000. */
const MOST_PARTS = 9000

/** So many parts are held in memory at a time. */
const PARTS_AT_ONCE = 2

/** Tidying up must not hold up the end of a process for long. */
const TIDY_MS = 1000

/** Sends a file, in parts when it is large, and leaves none of them behind when that fails. Rejects as `publish` does. */
export async function upload(bucket: Bucket, file: FinishedFile, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await tidied(bucket, file.name)
  const stop = new AbortController()
  const abort = () => stop.abort(signal.reason)
  signal.addEventListener('abort', abort)
  const body = createReadStream(file.path, { highWaterMark: 1 << 20 })
  try {
    await new Upload({
      client: bucket.s3,
      abortController: stop,
      partSize: Math.max(LEAST_PART_BYTES, Math.ceil(file.bytes / MOST_PARTS)),
      queueSize: PARTS_AT_ONCE,
      params: {
        Bucket: bucket.name,
        Key: bucket.prefix + file.name,
        Body: body,
        ContentType: exportFileType(file.name) ?? undefined,
        Metadata: { sha256: file.sha256 },
      },
    }).done()
  } catch (error) {
    body.destroy()
    await tidied(bucket, file.name)
    signal.throwIfAborted()
    throw why(error)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const why = (error: unknown) => {
  const told = unwritable(error)
  return told === error ? unsent(error) : told
}

/** What an attempt before has left, or this one: it would cost money until the sweep finds it. */
async function tidied(bucket: Bucket, name: string) {
  // A storage that is away, or does not know the question, is told of by the upload itself, or by the sweep.
  await abortUploads(bucket, (upload) => upload.name === name, AbortSignal.timeout(TIDY_MS)).catch(() => undefined)
}

/** An upload that was begun and neither ended nor given up. */
interface OpenUpload {
  name: string
  /** Milliseconds since 1970. */
  begunAt: number
}

/** Gives up the open uploads that are `due`, of up to 1,000 at a time, and gives how many that were. */
export async function abortUploads(
  { s3, name: Bucket, prefix }: Bucket,
  due: (upload: OpenUpload) => boolean,
  abortSignal: AbortSignal,
): Promise<number> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }), { abortSignal })
  const chosen = Uploads.filter(({ Key = '', Initiated = new Date() }) =>
    due({ name: Key.slice(prefix.length), begunAt: Initiated.getTime() }),
  )
  for (const { Key, UploadId } of chosen) {
    await s3
      .send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }), { abortSignal })
      .catch((error: unknown) => {
        if (!isAbsent(error)) throw error
      })
  }
  return chosen.length
}
