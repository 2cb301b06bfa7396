import type { ProbeReason } from '@queue-ops/server/contract'

/** What a reason means and what to do about it. TARGET stands for the URL, or the command, of the target. */
export interface Explanation {
  means: string
  /** How to see the same without the probe. */
  confirm: string[]
  /** What to do. */
  remedy: string
}

const initialize = `curl -sS -i -X POST TARGET -H 'content-type: application/json' -H 'accept: application/json, text/event-stream' -d '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"me","version":"1"}}}'`
const debug = 'queue-ops-probe --url TARGET --once --debug'

/** One entry for each reason; the compiler holds it complete. */
export const explanations: Record<ProbeReason, Explanation> = {
  unreachable: {
    means:
      'No connection came about, it was closed in the middle, or a proxy answered that nobody is behind it (HTTP 502, 503, 504). For a stdio target: the program could not be started or ended at once.',
    confirm: ['curl -sS -i TARGET', 'for stdio: start the command by hand and see what it says on standard error'],
    remedy:
      'Start the server or the proxy; otherwise look at the host name, the port, the firewall. "connection refused" means that the host is there and the port is not; a time-out points to a firewall or a dead host.',
  },
  timeout: {
    means:
      'The target took the connection and did not answer in time: a step used up its time, or all steps together theirs. failed_step tells which. A server that is frozen, or overloaded, or that waits for a dead store looks like this.',
    confirm: [`time ${initialize}`, debug],
    remedy:
      'If handshake hangs, the server process is frozen or its event loop is blocked: look at its CPU, take a stack, restart it. If only health_check hangs, what it reads hangs: look at the queue store. If it is only slow, raise timeouts.',
  },
  refused: {
    means: 'The target, or a proxy before it, did not let the probe in: HTTP 401, 403, 407 or 429.',
    confirm: [`${initialize} -H "authorization: Bearer $TOKEN"`],
    remedy:
      'Give the probe a valid token (bearer_file, headers); see whether it has expired and has the scope to call health_check. After 429 lengthen the interval.',
  },
  tls_untrusted: {
    means:
      'The certificate is not trusted: it has expired, is for another host name, or its authority is not known here. Other clients fail too, so nothing behind it was asked.',
    confirm: [
      'openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -subject -issuer -dates',
    ],
    remedy: 'Renew or replace the certificate; if the authority is your own, name its certificate in tls.ca_file.',
  },
  tls_expiring: {
    means:
      'The certificate, or one of those that signed it, expires soon: it warns 21 days before and fails 7 days before unless tls.warn_before and tls.fail_before say otherwise. Everything still works.',
    confirm: ['openssl s_client -connect HOST:PORT -servername HOST </dev/null | openssl x509 -noout -enddate'],
    remedy:
      'Renew it, and see why it was not renewed by itself. The server or proxy has to be told to load the new one.',
  },
  not_mcp: {
    means:
      'Something answered, but not MCP: an HTML page, a login form, another path, another service, a redirect to elsewhere.',
    confirm: [initialize],
    remedy: 'Look at the path of the URL (most servers want /mcp) and at what a proxy does with it.',
  },
  protocol_error: {
    means:
      'The target speaks MCP and answered with an error, or broke its rules; or it does not speak the era that is demanded.',
    confirm: [initialize, debug],
    remedy:
      'Read the message: it is the server’s. With era: modern or legacy see whether the server knows that version (auto finds out). HTTP 500 means a fault in the server: its log tells.',
  },
  tool_missing: {
    means:
      'tools/list does not name a tool that is expected, or names none at all. Agents that rely on it fail, even while the queue is well.',
    confirm: ['npx @modelcontextprotocol/inspector --cli TARGET --transport http --method tools/list'],
    remedy:
      'A half-started server, a wrong version or missing permissions are usual. If the tool is gone on purpose, change expect.tools.',
  },
  tool_failed: {
    means:
      'health_check itself failed and gave no verdict: nothing is known of the queue. (A verdict that is marked as an error is believed: then the reason is unhealthy.)',
    confirm: [
      'npx @modelcontextprotocol/inspector --cli TARGET --transport http --method tools/call --tool-name health_check',
    ],
    remedy: 'Look into the log of the server: the tool met something that it was not made for.',
  },
  no_report: {
    means:
      'health_check answered, but with nothing that is a verdict. Understood are the report of Queue Ops, and an object or text with healthy, ok or status; also an explicit "isError": false.',
    confirm: [
      'npx @modelcontextprotocol/inspector --cli TARGET --transport http --method tools/call --tool-name health_check',
    ],
    remedy:
      'Let the tool answer {"healthy": true} or {"status": "ok"} as structured content, or switch the step off (steps.health_check: off). From Queue Ops itself it means that probe and server are of too different versions.',
  },
  unhealthy: {
    means:
      'The target says itself that a check fails: findings name them. Jobs are not, or soon will not be, worked on.',
    confirm: ['the status page of the server', debug],
    remedy: 'The message of each finding says what to do; the page leads to Bull Board.',
  },
  degraded: {
    means: 'The target says itself that something is not at its best while jobs still flow: findings name it.',
    confirm: ['the status page of the server', debug],
    remedy: 'No reason to get up at night; the message of each finding says what to do.',
  },
  canary_failed: {
    means:
      'A small export was started and did not end well: it was refused, nobody took it, it took too long, or it failed. The protocol and the checks were fine before.',
    confirm: ['start_export with the same dataset and limit by any MCP client, then get_export_status'],
    remedy:
      'Still waiting: workers are dead, stuck or too few. Failed: read the reason, mostly the source of the dataset. Still running: it is larger than the time that it has, so lower canary_export.limit or raise timeouts.canary_export.',
  },
  canary_file: {
    means:
      'The canary export was done, but its file did not come out as it was written: it could not be fetched, did not come in time, or has another length, checksum or number of rows than get_export_status told. Agents get no file, or a wrong one.',
    confirm: [
      'start_export with the same dataset and limit by any MCP client, then get_export_status, then: curl -sS -o file DOWNLOAD_URL; wc -c -l file; sha256sum file',
    ],
    remedy:
      'Not fetched: look at PUBLIC_URL, the proxy before /exports/, and whether server and workers share EXPORT_FILES. Another file: a proxy that changes or cuts what it passes on, a cache, a full or damaged disk. Not in time: lower canary_export.limit or raise timeouts.canary_export.',
  },
  own_fault: {
    means:
      'The probe could not do its part: a file with a password or with certificates cannot be read, a result could not be recorded, it was stopped, or it has a fault. Nothing is known of the target.',
    confirm: ['queue-ops-probe config check FILE', debug],
    remedy: 'Read the message, mend what it names on the machine of the probe.',
  },
}
