import { isIP } from 'node:net'
import { connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { StepFailure } from '../failure.ts'
import type { HttpLink } from '../link/http-link.ts'
import { plural } from '../sentence.ts'
import type { Verdict } from '../verdict.ts'
import { hostOf, portOf } from './connect.ts'
import type { Step } from './step.ts'

const DAY_MS = 86_400_000

/**
 * Is its certificate trusted, and for how long still? The dates are read whether it is trusted or not, because an
 * expired certificate is the one whose date is wanted.
 */
export const tls: Step = {
  name: 'tls',
  isRepeatable: true,
  applies: ({ link }) => link.kind === 'http' && link.reach.url.protocol === 'https:',
  async ask({ link, learnt }, signal) {
    if (link.kind !== 'http') return undefined
    const seen = await readCertificate(link, signal)
    if (seen.expires !== null) learnt.certificate_expires_at = seen.expires.at.toISOString()
    if (seen.problem !== null) throw new StepFailure('tls_untrusted', `its certificate is not trusted: ${seen.problem}`)
    return seen.expires === null ? undefined : judgeExpiry(seen.expires, link.reach.tls, new Date())
  },
}

/** The certificate of the chain that expires first. */
interface Expiry {
  at: Date
  subject: string
}

async function readCertificate(
  { reach, ca }: HttpLink,
  signal: AbortSignal,
): Promise<{ expires: Expiry | null; problem: string | null }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const host = hostOf(reach.url)
  // Without refusing: what is wrong with it then stands in authorizationError, and its dates can be read.
  const socket = connectTls({
    host,
    port: portOf(reach.url),
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
  })
  socket.once('secureConnect', resolve).on('error', reject)
  signal.addEventListener('abort', () => reject(signal.reason))
  try {
    await promise
    const chain = chainOf(socket.getPeerCertificate(true))
    return { expires: earliest(socket.authorized ? inForce(chain, new Date()) : chain), problem: problemOf(socket) }
  } finally {
    socket.destroy()
  }
}

function problemOf(socket: TLSSocket): string | null {
  if (socket.authorized) return null
  const problem: unknown = socket.authorizationError
  const code = problem instanceof Error && 'code' in problem ? String(problem.code) : String(problem)
  return wordsOfCode[code] ?? code
}

const wordsOfCode: Record<string, string> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself; name it in tls.ca_file if that is meant',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here; name it in tls.ca_file if that is meant',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here; name it in tls.ca_file if that is meant',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here; name it in tls.ca_file if that is meant',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
}

function chainOf(leaf: DetailedPeerCertificate): Expiry[] {
  const chain: Expiry[] = []
  const seen = new Set<string>()
  let next: DetailedPeerCertificate | undefined = leaf
  // The authority at the end names itself as its issuer.
  while (next?.valid_to !== undefined && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256)
    chain.push({ at: new Date(next.valid_to), subject: String(next.subject?.CN ?? 'one without a name') })
    next = next.issuerCertificate
  }
  return chain
}

/** Servers send old certificates of their authority along; one that has expired was not needed for the trust there is. */
const inForce = (chain: Expiry[], now: Date) => chain.filter(({ at }) => at > now)

const earliest = (chain: Expiry[]) => chain.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null

/** What a certificate's end means for the target; nothing when it is far away. */
export function judgeExpiry(
  { at, subject }: Expiry,
  limits: { warnBeforeMs: number; failBeforeMs: number },
  now: Date,
): Verdict | undefined {
  const left = at.getTime() - now.getTime()
  const status = left < limits.failBeforeMs ? 'fail' : left < limits.warnBeforeMs ? 'warn' : null
  if (status === null) return undefined
  const days = plural(Math.max(0, Math.floor(left / DAY_MS)), 'day')
  const message = `the certificate of ${subject} expires in ${days}, at ${at.toISOString()}: renew it`
  return { status, reason: 'tls_expiring', message }
}
