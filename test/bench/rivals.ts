import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Packages that are only measured: apart from the workspace, with a lock file of their own. */
export interface Rivals {
  /**
   * Installs them unless that was done since their lock file changed. Native modules among them bring their binaries
   * along, so that no install script has to run.
   */
  install(): void
  /** Why they cannot be measured, if so. */
  absent(): string | undefined
  /** A rival's module; its shape is for the caller to state, because type checks have to pass without it. */
  load(name: string): Promise<unknown>
  version(name: string): string
}

/** @param url the folder of their `package.json` */
export function rivalsIn(url: URL): Rivals {
  const folder = fileURLToPath(url)
  const installed = join(folder, 'node_modules', '.package-lock.json')
  const manifest = (...path: string[]) =>
    JSON.parse(readFileSync(join(folder, ...path, 'package.json'), 'utf8')) as Manifest
  return {
    install() {
      const locked = statSync(join(folder, 'package-lock.json')).mtimeMs
      if (existsSync(installed) && statSync(installed).mtimeMs >= locked) return
      process.stderr.write(`Installing ${Object.keys(manifest().dependencies ?? {}).join(', ')} …\n`)
      spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
        cwd: folder,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      })
    },
    absent: () => (existsSync(installed) ? undefined : `its packages could not be installed: see npm ci in ${folder}`),
    load(name) {
      const { main = 'index.js' } = manifest('node_modules', name)
      return import(pathToFileURL(entry(folder, name, main)).href) as Promise<unknown>
    },
    version: (name) => manifest('node_modules', name).version,
  }
}

interface Manifest {
  version: string
  main?: string
  dependencies?: Record<string, string>
}

/** Some have no entry for `require`, some a `main` that is not there. */
function entry(folder: string, name: string, main: string): string {
  try {
    return createRequire(join(folder, 'package.json')).resolve(name)
  } catch {
    return join(folder, 'node_modules', name, main)
  }
}
