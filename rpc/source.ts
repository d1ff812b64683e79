/** All of this machine: every address that it may take for itself. */
export const local = 'local'

/**
 * Whom the pool charges for what comes from `address`: this machine as one, anybody else by the IPv4
 * address or the IPv6 network of 64 bits, within which one subscriber can take any address. What is no
 * address is taken for this machine.
 */
export function sourceOf(address: string): string {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return address.startsWith('127.') ? local : address
  const groups = groupsOf(address)
  if (groups === undefined) return local
  const [, , , , , marker = 0, high = 0, low = 0] = groups
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (isMapped) return sourceOf([high >> 8, high & 0xff, low >> 8, low & 0xff].join('.'))
  const network = groups.slice(0, 4)
  if (network.every((group) => group === 0)) return local
  return `${network.map((group) => group.toString(16)).join(':')}::/64`
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] | undefined {
  const canonical = /^[0-9a-f:.]+$/i.test(address) && URL.parse(`http://[${address}]`)?.hostname
  if (!canonical) return undefined
  const [head = [], tail] = canonical.slice(1, -1).split('::').map(numbersOf)
  if (tail === undefined) return head
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

function numbersOf(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16))
}
