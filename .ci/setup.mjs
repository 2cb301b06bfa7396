// Brings a machine that has only Node >= 20 and npm to the point where the project runs: pinned tools, dependencies,
// build. Each step is skipped when what it depends on has not changed. Plain JavaScript that Node 20 runs, because it
// works before anything of ours is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const toolchain = join(root, '.ci', 'toolchain')
const neededNode = 24

/**
 * Installs and builds what is missing and returns the environment in which the project's commands run: the pinned
 * pnpm, a recent enough Node and the workspace's tools come first on its PATH. Everything is reported on stderr, so
 * that a command whose stdout is a protocol can be started this way. Throws an Error whose message tells what failed.
 */
export function setUp() {
  const bins = [join(root, 'node_modules', '.bin'), join(toolchain, 'node_modules', '.bin')]
  const env = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) }
  installToolchain()
  once(
    'dependencies',
    ['node_modules'],
    ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests()],
    () => {
      run('Installing dependencies', 'pnpm', ['install', '--frozen-lockfile', '--reporter=append-only'], env)
    },
  )
  once(
    'programs',
    ['server/dist', 'probe/dist'],
    ['pnpm-lock.yaml', 'server/src', 'probe/src', 'tsconfig.base.json', ...configs('server'), ...configs('probe')],
    () => {
      run('Building server and probe', 'tsc', ['-b', 'server', 'probe'], env)
    },
  )
  once(
    'page',
    ['web/dist/page', 'web/dist/render'],
    ['pnpm-lock.yaml', 'web/src', 'web/public', 'web/index.html', 'server/src/contract.ts', ...configs('web')],
    () => {
      run('Building the status page', 'pnpm', ['--silent', '--dir', 'web', 'build'], env)
    },
  )
  return env
}

function installToolchain() {
  const tooOld = Number(process.versions.node.split('.')[0]) < neededNode
  // A toolchain with a Node serves every machine, so it is never taken away again.
  const nodeIsThere = existsSync(join(toolchain, 'node_modules', '.bin', 'node'))
  const name = tooOld || nodeIsThere ? 'toolchain-with-node' : 'toolchain'
  once(name, ['.ci/toolchain/node_modules'], ['.ci/toolchain/package-lock.json'], () => {
    const what = tooOld ? `pnpm and Node ${neededNode} (this is Node ${process.versions.node})` : 'pnpm'
    const flags = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      ...(tooOld || nodeIsThere ? [] : ['--omit=optional']),
    ]
    run(`Installing ${what}`, process.platform === 'win32' ? 'npm.cmd' : 'npm', flags, process.env, toolchain)
  })
  const bin = join(toolchain, 'node_modules', '.bin')
  if (tooOld && !existsSync(join(bin, 'node')) && !existsSync(join(bin, 'node.cmd'))) {
    throw new Error(
      `Queue Ops needs Node >= ${neededNode}, this is Node ${process.versions.node} on ${process.platform}-${process.arch}, for which no Node can be installed from npm: install Node ${neededNode} and try again.`,
    )
  }
}

/** Runs `step` unless its outputs are there and what they were made from is, to the byte, as at its last success. */
function once(name, outputs, inputs, step) {
  const stamp = join(root, 'node_modules', '.queue-ops', name)
  const hash = fingerprint(inputs)
  const isThere = (output) => existsSync(join(root, output))
  if (outputs.every(isThere) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  step()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

function fingerprint(inputs) {
  const hash = createHash('sha256')
  for (const input of inputs) {
    for (const file of filesUnder(join(root, input)))
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesUnder(path) {
  if (!existsSync(path)) return []
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch {
    return [path]
  }
  return entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(path, entry.name)) : [join(path, entry.name)]))
}

const manifests = () => ['server', 'web', 'probe', 'test'].map((part) => `${part}/package.json`)
const configs = (part) => ['package.json', 'tsconfig.json', 'vite.config.ts'].map((file) => `${part}/${file}`)

function run(what, command, args, env, cwd = root) {
  process.stderr.write(`${what} …\n`)
  // Both streams go to our stderr: stdout belongs to the command that is run afterwards.
  const { status, error } = spawnSync(command, args, {
    cwd,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (error) throw new Error(`${what} failed: ${command} could not be started (${error.message}).`)
  if (status !== 0) throw new Error(`${what} failed: see the lines above (${command} ended with code ${status}).`)
}
