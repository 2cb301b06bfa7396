/** Something to tell. The texts may be anything. */
export interface News {
  /** The same for the same news at all times. */
  id: string
  title: string
  text: string
  time: Date
}

/** A feed in RSS 2.0, the newest first. Its link is that of the page beside it, wherever that is. */
export function feedOf(title: string, news: readonly News[]): string {
  const newestFirst = news.toSorted((a, b) => b.time.getTime() - a.time.getTime())
  const [newest] = newestFirst
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0">',
    '<channel>',
    `<title>${escaped(title)}</title>`,
    '<link>.</link>',
    '<description>What the probe of Queue Ops has found</description>',
    ...(newest ? [`<lastBuildDate>${newest.time.toUTCString()}</lastBuildDate>`] : []),
    ...newestFirst.map(itemOf),
    '</channel>',
    '</rss>',
    '',
  ].join('\n')
}

const itemOf = ({ id, title, text, time }: News) =>
  [
    '<item>',
    `<title>${escaped(title)}</title>`,
    // Readers take a description for HTML, and this text is of somebody else.
    `<description>${escaped(escaped(text))}</description>`,
    `<guid isPermaLink="false">${escaped(id)}</guid>`,
    `<pubDate>${time.toUTCString()}</pubDate>`,
    '</item>',
  ].join('\n')

const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' }

/** XML has no control characters at all, however they are written. */
const escaped = (text: string) =>
  text.replaceAll(/[^\P{Cc}\t\n]|\p{Cs}/gu, '�').replaceAll(/[<>&"']/g, (character) => entities[character] ?? '')
