import type { Check } from '@queue-ops/server/contract'

const gravity = ({ status }: Check) => (status === 'fail' ? 0 : status === 'warn' ? 1 : 2)

/** What fails, what warns, and then the rest, each in the order of the report: the cause comes before what follows. */
export const troublesFirst = (checks: readonly Check[]): Check[] => checks.toSorted((a, b) => gravity(a) - gravity(b))
