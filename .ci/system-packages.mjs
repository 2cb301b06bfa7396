// Finds the programs that are no npm packages, and installs them where the machine has a package manager we know.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const programs = {
  alertmanager: {
    names: ['prometheus-alertmanager', 'alertmanager'],
    variable: 'ALERTMANAGER',
    apt: 'prometheus-alertmanager',
    brew: 'alertmanager',
  },
  redis: { names: ['redis-server'], variable: 'REDIS_SERVER', apt: 'redis-server', brew: 'redis' },
  postgres: {
    names: ['initdb'],
    folders: debianPostgres,
    variable: 'POSTGRES_BIN',
    apt: 'postgresql',
    brew: 'postgresql',
  },
  mariadb: {
    names: ['mariadbd'],
    // Server programs are not on everybody's PATH.
    folders: () => ['/usr/sbin', '/usr/local/sbin'],
    variable: 'MARIADB_SERVER',
    apt: 'mariadb-server',
    brew: 'mariadb',
  },
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    variable: 'CHROMIUM',
    apt: 'chromium',
    brew: 'chromium',
  },
  libreoffice: {
    names: ['soffice'],
    places: ['/Applications/LibreOffice.app/Contents/MacOS/soffice'],
    variable: 'SOFFICE',
    apt: 'libreoffice-calc-nogui',
    brew: 'libreoffice',
  },
  openpyxl: {
    names: ['python3'],
    works: (python) => run(python, ['-c', 'import openpyxl'], 'ignore'),
    variable: 'PYTHON_WITH_OPENPYXL',
    apt: 'python3-openpyxl',
    brew: 'python',
  },
  blackbox: {
    names: ['prometheus-blackbox-exporter', 'blackbox_exporter'],
    variable: 'BLACKBOX_EXPORTER',
    apt: 'prometheus-blackbox-exporter',
    brew: 'blackbox_exporter',
  },
  promtool: {
    names: ['promtool'],
    variable: 'PROMTOOL',
    apt: 'prometheus',
    brew: 'prometheus',
  },
  swift: {
    names: ['python3'],
    works: (python) => run(python, ['-c', 'import swift.proxy.server'], 'ignore'),
    variable: 'PYTHON_WITH_SWIFT',
    apt: 'python3-swift',
    brew: 'python',
  },
}

/**
 * The path of a program, installed first when it is missing: by apt-get as root on Debian and Ubuntu, by Homebrew on
 * macOS. Throws an Error with one sentence that says what to install when neither works.
 *
 * @param {keyof typeof programs} program
 */
export function ensureProgram(program) {
  const wanted = programs[program]
  const found = locate(wanted)
  if (found) return found
  install(program, wanted)
  const installed = locate(wanted)
  if (installed) return installed
  throw new Error(
    `${program} is missing and could not be installed here: install the package "${wanted.apt}" (Debian, Ubuntu: apt-get install ${wanted.apt}; macOS: brew install ${wanted.brew}), or set ${wanted.variable} to the path of ${wanted.names[0]}.`,
  )
}

function locate({ names, folders = () => [], places = [], works = () => true, variable }) {
  const set = process.env[variable]
  if (set) return set
  const known = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin', '/opt/homebrew/opt/postgresql/bin']
  const searched = [...(process.env.PATH ?? '').split(delimiter), ...folders(), ...known]
  const candidates = [...names.flatMap((name) => searched.map((folder) => join(folder, name))), ...places]
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return works(path)
    } catch {
      return false
    }
  })
}

function install(program, { apt, brew }) {
  const isRoot = process.getuid?.() === 0
  if (isRoot && run('apt-get', ['--version'])) {
    process.stderr.write(`Installing ${program} with apt-get …\n`)
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', apt])
  } else if (process.platform === 'darwin' && run('brew', ['--version'])) {
    process.stderr.write(`Installing ${program} with Homebrew …\n`)
    run('brew', ['install', brew])
  }
}

function run(command, args, stderr = 2) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status } = spawnSync(command, args, { env, stdio: ['ignore', 'ignore', stderr] })
  return status === 0
}

/** Debian keeps PostgreSQL's server programs off the PATH, a folder for each version. */
function debianPostgres() {
  const versions = '/usr/lib/postgresql'
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : []
}
