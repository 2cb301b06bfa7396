import { open, type FileHandle } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { OpsError } from '../../errors.ts'
import { unwritable } from './disk-errors.ts'
import type { FinishedFile } from './export-files.ts'
import { exportFileType } from './file-name.ts'
import type { Bucket } from './s3-files.ts'
import { isAbsent, unsent } from './s3-errors.ts'

/** One part is held in memory at a time. */
const LEAST_PART_BYTES = 8 * 1024 * 1024
/** S3 takes no more than 10,000. */
const MOST_PARTS = 9000

/** Tidying up must not hold up the end of a process for long. */
const TIDY_MS = 1000

/**
 * Sends a file, in parts when it is large, and leaves none of them behind when that fails. Rejects as `publish` does. Not by
 * `@aws-sdk/lib-storage`, see docs/decisions/0015.
 */
export async function upload(bucket: Bucket, file: FinishedFile, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await tidied(bucket, file.name)
  try {
    await using handle = await open(file.path).catch(refuseDisk)
    await send(bucket, file, handle, signal)
  } catch (error) {
    await tidied(bucket, file.name)
    signal.throwIfAborted()
    throw error instanceof OpsError ? error : unsent(error)
  }
}

async function send({ s3, name, prefix }: Bucket, file: FinishedFile, handle: FileHandle, abortSignal: AbortSignal) {
  const target = { Bucket: name, Key: prefix + file.name }
  const said = { ContentType: exportFileType(file.name) ?? undefined, Metadata: { sha256: file.sha256 } }
  const parts = partsOf(handle, Math.max(LEAST_PART_BYTES, Math.ceil(file.bytes / MOST_PARTS)))
  if (file.bytes <= LEAST_PART_BYTES) {
    const { value: Body = Buffer.alloc(0) } = await parts.next()
    await s3.send(new PutObjectCommand({ ...target, ...said, Body }), { abortSignal })
    return
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...target, ...said }), { abortSignal })
  const sent: CompletedPart[] = []
  for await (const Body of parts) {
    const PartNumber = sent.length + 1
    const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }), { abortSignal })
    sent.push({ PartNumber, ETag })
  }
  const whole = { ...target, UploadId, MultipartUpload: { Parts: sent } }
  await s3.send(new CompleteMultipartUploadCommand(whole), { abortSignal })
}

/** Each piece is overwritten by the next one. */
async function* partsOf(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(size)
  for (;;) {
    let filled = 0
    while (filled < size) {
      const { bytesRead } = await handle.read(buffer, filled, size - filled).catch(refuseDisk)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    if (filled > 0) yield buffer.subarray(0, filled)
    if (filled < size) return
  }
}

/** Errors of sockets look like those of disks, so they are told apart by where they come from. */
function refuseDisk(error: unknown): never {
  throw unwritable(error)
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
