/** An address of IPv4 without the dress of IPv6. */
export const plainAddress = (address = ''): string => address.replace(/^::ffff:/, '')
