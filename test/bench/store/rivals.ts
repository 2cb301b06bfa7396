import { rivalsIn } from '../rivals.ts'

export const rivals = rivalsIn(new URL('rivals/', import.meta.url))
