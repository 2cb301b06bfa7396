import type { ProbeResult } from '@queue-ops/server/contract'

/** A counter's labels and its value. */
export interface Counted<L extends string> {
  labels: Record<L, string>
  value: number
}

/** What was counted since the probe was started. */
export class Tally {
  readonly #runs = new Counter<'target'>()
  readonly #failures = new Counter<'target' | 'reason'>()
  readonly #notifications = new Counter<'channel' | 'event' | 'outcome'>()

  run({ target, reason }: ProbeResult): void {
    this.#runs.add({ target })
    if (reason !== null) this.#failures.add({ target, reason })
  }

  notification(channel: string, event: string, outcome: string): void {
    this.#notifications.add({ channel, event, outcome })
  }

  get counts() {
    return { runs: this.#runs.all, failures: this.#failures.all, notifications: this.#notifications.all }
  }
}

class Counter<L extends string> {
  readonly #counted = new Map<string, Counted<L>>()

  add(labels: Record<L, string>) {
    const key = JSON.stringify(labels)
    const { value } = this.#counted.get(key) ?? { value: 0 }
    this.#counted.set(key, { labels, value: value + 1 })
  }

  get all(): Counted<L>[] {
    return [...this.#counted.values()]
  }
}
