import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

/** A real MariaDB on a port and in a folder of its own that does not care about losing its data. */
export interface TestMariaDb extends AsyncDisposable {
  /** Of a user without a password who may do everything. */
  url: string
  process: ChildProcess
}

export async function startMariaDb(): Promise<TestMariaDb> {
  const server = process.env['MARIADB_SERVER'] ?? '/usr/sbin/mariadbd'
  const folder = await mkdtemp(join(tmpdir(), 'queue-ops-mariadb-'))
  const owner = serverUser()
  if (owner) await chown(folder, owner.uid, owner.gid)
  const options = { cwd: folder, ...owner }
  const data = `--datadir=${join(folder, 'data')}`
  const settings = ['--no-defaults', data]
  const install = join(dirname(dirname(server)), 'bin/mariadb-install-db')
  const anyone = ['--auth-root-authentication-method=normal', '--skip-test-db']
  await promisify(execFile)(install, [...settings, ...anyone], options)

  const port = await freePort()
  // Servers that share a folder for temporary tables delete each other's.
  const places = [
    `--tmpdir=${folder}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
  ]
  const careless = ['--innodb-flush-log-at-trx-commit=0', '--innodb-flush-method=nosync', '--skip-log-bin']
  const clear = ['--character-set-server=utf8mb4', '--max-allowed-packet=64M', '--skip-name-resolve']
  const child = spawn(server, [...settings, ...places, ...careless, ...clear], {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await readyToAccept(child)
  return {
    url: `mariadb://root@127.0.0.1:${port}/mysql`,
    process: child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** As root it would have to be told so; its package has made a user for it. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, 'mysql'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function readyToAccept(server: ChildProcess): Promise<void> {
  let log = ''
  return new Promise((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('ready for connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`MariaDB ended at once with ${code}:\n${log}`)))
  })
}
