import type { Header } from './target.ts'

/** An address as it is requested, as it may be shown, and what of it goes into headers. */
export interface HttpAddress {
  url: URL
  headers: Header[]
  /** Without user info, query and fragment. */
  label: string
}

/** Reads an absolute `http:` or `https:` URL; null when the text is not one. */
export function readAddress(text: string): HttpAddress | null {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  const authorization = basicAuthorization(url.username, url.password)
  if (authorization === undefined) return null
  url.username = url.password = url.hash = ''
  const label = new URL(url)
  label.search = ''
  return {
    url,
    headers: authorization === null ? [] : [{ name: 'authorization', value: authorization }],
    label: label.href,
  }
}

/** Null when there is no user info, undefined when its percent encoding is broken. */
function basicAuthorization(username: string, password: string): string | null | undefined {
  if (username === '' && password === '') return null
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(credentials).toString('base64')}`
  } catch {
    return undefined
  }
}
