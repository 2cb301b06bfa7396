// What `npm test` runs once everything is built: what the tests need from outside, types, lint, format, all tests.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { ensureProgram } from './system-packages.mjs'
import { root } from './setup.mjs'

const only = process.argv.slice(2)
let env
try {
  env = {
    ...process.env,
    REDIS_SERVER: ensureProgram('redis'),
    POSTGRES_BIN: dirname(ensureProgram('postgres')),
    MARIADB_SERVER: ensureProgram('mariadb'),
    ALERTMANAGER: ensureProgram('alertmanager'),
    CHROMIUM: ensureProgram('chromium'),
    SOFFICE: ensureProgram('libreoffice'),
    PYTHON_WITH_OPENPYXL: ensureProgram('openpyxl'),
    PROMTOOL: ensureProgram('promtool'),
    // An S3 server that Linux distributions have; elsewhere the tests that need it say so and are left out.
    ...(process.platform === 'linux' ? { PYTHON_WITH_SWIFT: ensureProgram('swift') } : {}),
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}

const steps = [
  ['Types', 'tsc', ['-b']],
  ['Lint', 'oxlint', ['--deny-warnings']],
  ['Format', 'oxfmt', ['--check']],
]
// Named tests only are for the desk: `npm test -- exports` skips what is not about behaviour.
for (const [title, command, args] of only.length > 0 ? [] : steps) step(title, command, args)
step('Tests', 'vitest', ['run', ...only])

function step(title, command, args) {
  process.stdout.write(`── ${title}\n`)
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status === 0) return
  process.stdout.write(`${title}: failed (${[command, ...args].join(' ')})\n`)
  process.exit(1)
}
