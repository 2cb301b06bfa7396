import { pino, destination, stdTimeFunctions, type Logger } from 'pino'

export type Log = Logger

/** One JSON object a line on stderr: stdout belongs to the MCP protocol when the server speaks it there. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime }, destination({ dest: 2, sync: true }))
}
