/** All of this machine: every address that it may take for itself. */
export const local = 'local'

/** All whose address nobody knows, as one: they are strangers. */
export const unnamed = 'unnamed'

/**
 * Whom the pool charges for what comes from `address`: this machine as one, anybody else by the IPv4
 * address or the IPv6 network of 64 bits, within which one subscriber can take any address. A port is
 * no part of it. What is no address is `unnamed`.
 */
export function sourceOf(address: string): string {
  const bare = withoutPort(address)
  if (isIpv4(bare)) return bare.startsWith('127.') ? local : bare
  const groups = groupsOf(bare)
  if (groups === undefined) return unnamed
  const [, , , , , marker = 0, high = 0, low = 0] = groups
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (isMapped) return sourceOf([high >> 8, high & 0xff, low >> 8, low & 0xff].join('.'))
  const network = groups.slice(0, 4)
  if (network.every((group) => group === 0)) return local
  return `${network.map((group) => group.toString(16)).join(':')}::/64`
}

/** What is used of a request. */
interface Incoming {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/**
 * Whom a request comes from: who connects, or whom a trusted proxy names last. Behind a proxy nobody
 * is this machine: what seems to be has no name.
 */
export function clientOf({ headers, socket }: Incoming, trustsProxy: boolean): string {
  const connected = socket.remoteAddress ?? ''
  if (!trustsProxy) return sourceOf(connected)
  const named = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').at(-1)?.trim()
  const client = sourceOf(named === undefined || named === '' ? connected : named)
  return client === local ? unnamed : client
}

/** As proxies write them: `192.0.2.1:80`, `[2001:db8::1]:80`, `[2001:db8::1]`; without a zone, too. */
function withoutPort(address: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address) ?? []
  const bare = bracketed ?? address.replace(/^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/, '$1')
  return bare.replace(/%[\w.-]+$/, '')
}

function isIpv4(address: string): boolean {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)
  return parts !== null && parts.slice(1).every((part) => Number(part) <= 0xff)
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
