/** A metric with its samples, as Prometheus and OpenTelemetry both know it. */
export interface Family {
  name: string
  help: string
  /** A gauge is a value now; a counter counts since {@link startedAt} of the probe and its name ends in `_total`. */
  type: 'gauge' | 'counter'
  samples: Sample[]
}

export interface Sample {
  labels: Record<string, string>
  value: number
}
