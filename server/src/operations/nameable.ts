/** What people do not see, which they cannot copy either. */
const unseen = /\p{C}/u

/** The longest name of a queue that a caller can give. */
export const LONGEST_QUEUE_NAME = 200

/** The longest id of a job that a caller can give. */
export const LONGEST_JOB_ID = 500

/** Whether a name or an id is one that a caller can read and give back. Others are what producers make them. */
export const isNameable = (name: string, longest: number): boolean => name.length <= longest && !unseen.test(name)
