// exec.mjs [command args…]: sets the machine up (setup.mjs), then runs the command with the project's tools on its PATH.
import { spawn } from 'node:child_process'
import { root, setUp } from './setup.mjs'

const [command, ...args] = process.argv.slice(2)
let env
try {
  env = setUp()
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exit(3)
}
if (command) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' })
  // Ctrl-C reaches every process of the terminal's group by itself; passed on it would arrive twice.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm runs us through a shell, and a signal to npm ends that shell without reaching us: then we are orphans.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500).unref()
  child.on('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`)
    process.exitCode = 3
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}
