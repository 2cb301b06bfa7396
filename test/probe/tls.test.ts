import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { makeAuthority, makeCertificate } from '../support/certificates.ts'
import { serveHttps } from '../support/http-servers.ts'
import { answered, legacyMcp } from '../support/mcp-servers.ts'
import { probeOne } from '../support/probe.ts'
import { temporaryFolder } from '../support/program.ts'

const DAY_MS = 86_400_000
let authority: Awaited<ReturnType<typeof makeAuthority>>

beforeAll(async () => {
  authority = await makeAuthority()
})

/** A healthy MCP server behind a certificate, as a probe sees it that trusts the authority. */
async function probeBehind(certificate: { key: string; cert: string }, trusted: string | null, ...flags: string[]) {
  await using folder = await temporaryFolder()
  const caFile = join(folder.path, 'ca.pem')
  if (trusted !== null) await writeFile(caFile, trusted)
  const tools = { health_check: () => answered({ healthy: true }) }
  await using server = await serveHttps(certificate, legacyMcp('theirs', tools))
  return await probeOne(['--url', server.url, ...(trusted === null ? [] : ['--ca-file', caFile]), ...flags])
}

const expiresIn = (iso: string | null) => Math.round((Date.parse(iso ?? '') - Date.now()) / DAY_MS)

test.each([
  [90, 0, 'pass', null],
  [15, 1, 'warn', 'tls_expiring'],
  [5, 2, 'fail', 'tls_expiring'],
] as const)('a certificate with %i days left ends with exit code %i', async (days, code, status, reason) => {
  const probed = await probeBehind(await makeCertificate(authority, days), authority.cert)
  expect(probed).toMatchObject({ code, result: { status, reason } })
  // The rest is asked all the same: an ending certificate says nothing of the queue.
  expect(probed.result.steps.map(({ name }) => name)).toEqual([
    'connect',
    'tls',
    'handshake',
    'tools_list',
    'health_check',
  ])
  expect(expiresIn(probed.result.certificate_expires_at)).toBe(days)
  if (status === 'pass') return
  const left = `the certificate of probe.test expires in ${days - 1} days`
  expect(probed.result.message).toContain(left)
})

test('an expired certificate is not trusted, and its date is told', async () => {
  const { code, result } = await probeBehind(await makeCertificate(authority, -3), authority.cert)
  expect(code).toBe(2)
  expect(result).toMatchObject({ reason: 'tls_untrusted', failed_step: 'tls' })
  expect(result.message).toContain('its certificate is not trusted: it has expired')
  expect(expiresIn(result.certificate_expires_at)).toBe(-3)
})

test('an authority that is not known, and another host name, are not trusted', async () => {
  const certificate = await makeCertificate(authority, 90)
  const stranger = await probeBehind(certificate, null)
  expect(stranger.result).toMatchObject({ reason: 'tls_untrusted', failed_step: 'tls' })
  expect(stranger.result.message).toContain('tls.ca_file')
  expect(expiresIn(stranger.result.certificate_expires_at)).toBe(90)
  const elsewhere = await probeBehind(await makeCertificate(authority, 90, 'other.test'), authority.cert)
  expect(elsewhere.result).toMatchObject({ reason: 'tls_untrusted', failed_step: 'tls' })
  expect(elsewhere.result.message).toContain('it is for another host name')
})

test('an authority that ends before the certificates that it signed is what is told', async () => {
  const old = await makeAuthority(10)
  const { result } = await probeBehind(await makeCertificate(old, 300), old.cert)
  expect(result).toMatchObject({ status: 'warn', reason: 'tls_expiring' })
  expect(result.message).toContain('the certificate of Test Authority expires in 9 days')
})

test('an expired certificate of the authority that the server sends along, and nobody needs, is no alarm', async () => {
  const expired = await makeAuthority(-3, authority)
  const { key, cert } = await makeCertificate(authority, 90)
  const { result } = await probeBehind({ key, cert: `${cert}\n${expired.cert}` }, authority.cert)
  expect(result).toMatchObject({ status: 'pass' })
  expect(expiresIn(result.certificate_expires_at)).toBe(90)
})

test('a file of certificates that cannot be read is the probe’s own fault', async () => {
  const { code, result } = await probeOne(['--url', 'https://127.0.0.1:1/mcp', '--ca-file', '/nowhere/ca.pem'])
  expect(code).toBe(3)
  expect(result).toMatchObject({ status: 'unknown', reason: 'own_fault', failed_step: null, steps: [] })
  expect(result.message).toContain('the file /nowhere/ca.pem for tls.ca_file cannot be read (ENOENT)')
})
