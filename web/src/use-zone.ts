import { useSetting } from './settings.ts'

/** The time zone in which times are shown, for `instant.ts`: undefined for the reader's own. */
export function useZone(): string | undefined {
  return useSetting('zone', 'utc') === 'utc' ? 'UTC' : undefined
}
