import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CreateBucketCommand, ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './program.ts'

/** A real S3 server on loopback with one bucket. */
export interface TestS3 extends AsyncDisposable {
  /** Where it listens, `http://…`. */
  endpoint: string
  bucket: string
  /** For EXPORT_FILES: a place in the bucket, reached through what stands at `endpoint`. */
  filesUrl(prefix: string, endpoint?: string): string
  /** Environment of programs that are let in. */
  credentials: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }
  client: S3Client
  /** Every key below the prefix. */
  keys(prefix: string): Promise<string[]>
  /** Keys of the uploads there that were begun and neither ended nor given up. */
  openUploads(prefix: string): Promise<string[]>
}

/** Without the variable Debian's: others that stand before it on the PATH do not find its modules. */
const PYTHON = process.env['PYTHON_WITH_SWIFT'] ?? '/usr/bin/python3'

/** Why there is no S3 server on this machine, false when there is. CI has to have it. */
export const noS3: string | false =
  process.env['CI'] !== 'true' && spawnSync(PYTHON, ['-c', 'import swift']).status !== 0
    ? 'OpenStack Swift is missing: apt-get install python3-swift'
    : false

/** Starts OpenStack Swift, see swift-s3.py: it checks signatures and knows multipart uploads whole. */
export async function startS3(): Promise<TestS3> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const [access, secret] = ['test:tester', 'testing']
  const program = fileURLToPath(new URL('programs/swift-s3.py', import.meta.url))
  const server = spawn(PYTHON, [program, folder.path, String(port), access, secret], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let complaints = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const exited = once(server, 'exit')
  const endpoint = `http://127.0.0.1:${port}`
  const credentials = { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret }
  const client = connect({ endpoint, credentials })
  const bucket = 'exports'
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`the S3 server ended: ${complaints}`)
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
  })
  return {
    endpoint,
    bucket,
    filesUrl: (prefix, at = endpoint) => `s3://${bucket}/${prefix}?endpoint=${at}&path_style=true`,
    credentials,
    client,
    async keys(prefix) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
      return Contents.map(({ Key = '' }) => Key)
    },
    async openUploads(prefix) {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }))
      return Uploads.map(({ Key = '' }) => Key)
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      server.kill('SIGKILL')
      await exited
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** A client by which objects and uploads come into being so long ago. */
export function clientOfThePast(s3: TestS3, agoMs: number): S3Client {
  const past = connect(s3)
  past.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-backdate'] = String((Date.now() - agoMs) / 1000)
      return next(args)
    },
    { step: 'build' },
  )
  return past
}

const connect = ({ endpoint, credentials }: Pick<TestS3, 'endpoint' | 'credentials'>) =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
    },
  })
