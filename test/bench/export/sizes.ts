/** How much is measured. */
export interface Sizes {
  /** Rows of an export. */
  rows: number
  /** Rows of an export whose memory is compared with that one's. */
  fewRows: number
  /** Rows of the export that only has to work. */
  manyRows: number
  /** Calls of health_check for each state of the program. */
  calls: number
}

export const fullSizes: Sizes = { rows: 1_000_000, fewRows: 50_000, manyRows: 10_000_000, calls: 500 }

/** Enough to see that everything works; not to compare. */
export const quickSizes: Sizes = { rows: 10_000, fewRows: 1000, manyRows: 30_000, calls: 50 }
