import type { OpsError } from '../errors.ts'
import { redisProblem } from './redis-problems.ts'
import { StoreError } from './sqlite/create-sqlite-backend.ts'

/**
 * What the store says of itself when it cannot be used, null when it says nothing that may be shown: a SQLite file that is
 * full, damaged or gone and a Redis that refuses are told, what a driver says of hosts and ports is not.
 */
export const problemOf = ({ cause }: OpsError): string | null =>
  cause instanceof StoreError ? cause.told : redisProblem(cause)

/** That the store's file is damaged, in the same words; null when it is something else. */
export const damageOf = ({ cause }: OpsError): string | null =>
  cause instanceof StoreError && cause.problem === 'corrupt' ? cause.told : null
