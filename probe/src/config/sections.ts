import { z } from 'zod'

/**
 * The parts of the file that are about what becomes of results. Each is a line here: its schema tells its keys, and then
 * mistakes in it are told with their line as everywhere; until it has one, it is handed over as it stands.
 */
export const sections = {
  alerts: z.array(z.record(z.string(), z.unknown())).default([]),
  heartbeat: z.record(z.string(), z.unknown()).optional(),
  history: z.record(z.string(), z.unknown()).optional(),
  listen: z.string().min(1).optional(),
}

const Sections = z.object(sections)
export type Sections = z.infer<typeof Sections>

/** Without a file. */
export const noSections: Sections = Sections.parse({})
