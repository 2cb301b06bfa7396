/** How a schedule may be called, as a part of a regular expression: it goes into ids of jobs and names of files. */
export const SCHEDULE_NAME = '[A-Za-z0-9][\\w-]{0,63}'
