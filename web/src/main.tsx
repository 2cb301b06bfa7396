import type { StatusReport } from '@queue-ops/server/contract'
import { StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { Page } from './page.tsx'
import { clockAhead } from './reading.ts'
import { StartProvider, type Start } from './start.ts'
import { addressHere } from './use-place.ts'

const root = document.querySelector('#root')
if (!root) throw new Error('index.html has no element #root')

const given = document.querySelector('#start')?.textContent
const page = (
  <StrictMode>
    <StartProvider value={given === undefined || given === null ? alone() : begun(given)}>
      <Page />
    </StartProvider>
  </StrictMode>
)
if (given) hydrateRoot(root, page)
else createRoot(root).render(page)

function alone(): Start {
  return { address: addressHere(), status: null, now: Date.now(), clockAheadMs: 0 }
}

/** With the HTML came what it was made from, by our own server: see `render.tsx`. */
function begun(json: string): Start {
  const { status, now } = JSON.parse(json) as { status: StatusReport | null; now: number }
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  const cameAt = performance.timeOrigin + (navigation?.responseStart ?? performance.now())
  return { address: addressHere(), status, now, clockAheadMs: clockAhead(now, cameAt) }
}
