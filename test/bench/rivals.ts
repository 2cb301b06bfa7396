import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const folder = fileURLToPath(new URL('rivals', import.meta.url))
const installed = join(folder, 'node_modules', '.package-lock.json')

/**
 * Installs the rivals' packages unless that was done since their lock file changed. Their native module brings its
 * binaries along, so that no install script has to run.
 */
export function installRivals(): void {
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs)
    return
  process.stderr.write('Installing plainjob and liteque …\n')
  spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
}

/** Why they cannot be measured, if so. */
export function rivalsAbsent(): string | undefined {
  return existsSync(installed) ? undefined : `its packages could not be installed: see npm ci in ${folder}`
}

/** A rival's module; its shape is for the caller to state, because type checks have to pass without it. */
export function loadRival(name: string): Promise<unknown> {
  const { main = 'index.js' } = manifestOf(name)
  return import(pathToFileURL(join(folder, 'node_modules', name, main)).href) as Promise<unknown>
}

export const rivalVersion = (name: string) => manifestOf(name).version

function manifestOf(name: string) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    version: string
    main?: string
  }
}
