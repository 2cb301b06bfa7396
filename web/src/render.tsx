import type { RenderPage } from '@queue-ops/server/contract'
import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { headline, tabTitle } from './headline.ts'
import { Page } from './page.tsx'
import { readingAtStart } from './reading.ts'
import { placeOf } from './route.ts'
import { StartProvider } from './start.ts'

/** The page as HTML, for the server: it can be read at once, and without JavaScript. The browser then takes it over. */
export const renderPage: RenderPage = (index, { address, wayUp, status, now }) => {
  const { route } = placeOf(address)
  const reading = readingAtStart(status, 0)
  const said = headline(reading, 'UTC')
  const html = renderToString(
    <StrictMode>
      <StartProvider value={{ address, status, now, clockAheadMs: 0 }}>
        <Page />
      </StartProvider>
    </StrictMode>,
  )
  // "<" in a text could end the script element.
  const start = JSON.stringify({ status, now }).replaceAll('<', String.raw`\u003c`)
  const parts: readonly [string, string][] = [
    ['<base href="./"', `<base href="${wayUp}"`],
    ['<title>Queue status<', `<title>${escaped(tabTitle(said, reading))}<`],
    ['icon-unknown.svg', `icon-${said.tone}.svg`],
    [/<div id="root">.*<\/div>/s.exec(index)?.[0] ?? '', `<div id="root">${html}</div>`],
    ['</body>', `<script type="application/json" id="start">${start}</script></body>`],
  ]
  return {
    html: parts.reduce((text, [from, to]) => text.replace(from, () => to), index),
    isKnown: route.view !== 'unknown',
  }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
