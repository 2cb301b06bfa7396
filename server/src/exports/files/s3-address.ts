import { ConfigError } from '../../errors.ts'

/** Where in which object storage the exports stand. */
export interface S3Address {
  bucket: string
  /** What the keys start with: empty, or ending with a slash. */
  prefix: string
  /** `http(s)://host:port` of a storage that is not AWS'. */
  endpoint: string | null
  region: string | null
  /** Whether the bucket stands in the path of an address rather than in its host name. */
  pathStyle: boolean
}

const PARAMETERS = new Set(['endpoint', 'region', 'path_style'])

/** Reads `s3://bucket/prefix?endpoint=…&region=…&path_style=true`. Throws {@link ConfigError} that names every mistake. */
export function readS3Address(text: string): S3Address {
  const url = new URL(text)
  const { endpoint = null, region = null, path_style: pathStyle = 'false' } = Object.fromEntries(url.searchParams)
  const prefix = readPrefix(url.pathname)
  const mistakes = [
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname) ||
      'must name a bucket of 3 to 63 small letters, digits, dots and hyphens behind s3://',
    (url.username === '' && url.password === '') ||
      "must not hold credentials: they come from the environment or wherever AWS' tools look for them",
    (url.port === '' && url.hash === '') || 'has nothing behind the bucket but a prefix and parameters',
    [...url.searchParams.keys()].every((name) => PARAMETERS.has(name)) ||
      'knows only the parameters endpoint, region and path_style',
    endpoint === null || isOrigin(endpoint) || 'must have http:// or https:// and a host as its endpoint',
    ['true', 'false'].includes(pathStyle) || 'must have true or false as its path_style',
    prefix !== null || 'has a prefix that cannot be read: use UTF-8 and % escapes',
  ].filter((mistake) => mistake !== true)
  if (prefix === null || mistakes.length > 0)
    throw new ConfigError(mistakes.map((mistake) => `EXPORT_FILES ${mistake}.`))
  return {
    bucket: url.hostname,
    prefix: prefix && `${prefix}/`,
    endpoint,
    region,
    pathStyle: pathStyle === 'true',
  }
}

function readPrefix(path: string): string | null {
  try {
    return decodeURIComponent(path).replaceAll(/^\/+|\/+$/g, '')
  } catch {
    return null
  }
}

const isOrigin = (text: string) =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).href === `${new URL(text).origin}/`
