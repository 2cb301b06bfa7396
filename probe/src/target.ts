/** Whom the probe calls. */
export interface Target {
  /** What is requested; without user info, which `fetch` refuses. */
  url: URL
  /** The user info of the URL as an `Authorization` header, or null. */
  authorization: string | null
  /** The URL as people may see it: without user info, query and fragment. */
  label: string
}

/** Reads an absolute `http:` or `https:` URL; null when the text is not one. */
export function readTarget(text: string): Target | null {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  const authorization = basicAuthorization(url.username, url.password)
  if (authorization === undefined) return null
  url.username = url.password = url.hash = ''
  const label = new URL(url)
  label.search = ''
  return { url, authorization, label: label.href }
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
