import { generate } from 'selfsigned'

const DAY_MS = 86_400_000

/** A certificate authority, whose own certificate ends after so many days; of the same key as another one when given. */
export async function makeAuthority(days = 3650, sameAs?: { key: string; publicKey: string }) {
  const made = await generate([{ name: 'commonName', value: 'Test Authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 1000 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
    ...(sameAs === undefined ? {} : { keyPair: { privateKey: sameAs.key, publicKey: sameAs.publicKey } }),
  })
  return { key: made.private, publicKey: made.public, cert: made.cert }
}

/** A certificate for 127.0.0.1, or for another host, that ends after so many days; for negative ones it has ended. */
export async function makeCertificate(ca: { key: string; cert: string }, days: number, host?: string) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'probe.test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    notBeforeDate: new Date(Date.now() - 100 * DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [host === undefined ? { type: 7, ip: '127.0.0.1' } : { type: 2, value: host }],
      },
    ],
  })
  return { key, cert }
}
