import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { postgresFaults as boardFaults } from './board/postgres-faults.ts'
import { postgresFaults, postgresRaces } from './contract/postgres-faults.ts'

type Faults = typeof postgresFaults

const intro = `# PostgreSQL: a preview

\`QUEUE_URL=postgres://…\` runs BullMQ's own PostgreSQL backend (bullmq 6.7.0, Redis is what it is compared with). The schema is
made and migrated by a command, never by itself: \`npm run store migrate\`. The programs' whole story (exports, board, page,
probe, retry) works on it; a backend that young has faults, and we work around none of them. Each one below is held by a
test that fails on the day it is mended upstream.

This page is made from those tests: \`vitest run -u test/postgres-preview.test.ts\`.
`

const table = (faults: Faults) =>
  Object.entries(faults)
    .map(([subject, cases]) => {
      const rows = Object.entries(cases).map(([promise, instead]) => `| ${promise} | ${instead} |`)
      return `### ${subject}\n\n| What BullMQ promises | On PostgreSQL |\n| --- | --- |\n${rows.join('\n')}\n`
    })
    .join('\n')

test('the page about PostgreSQL lists every fault that the tests know', async () => {
  const page = [
    intro,
    `## Faults\n\n${table(postgresFaults)}`,
    `## Where chance decides\n\n${table(postgresRaces)}`,
    `## In Bull Board\n\n${table(boardFaults)}`,
  ].join('\n')
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../docs/postgres-preview.md', import.meta.url)))
})
