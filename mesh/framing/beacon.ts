import { concat, utf8 } from '#base'
import { constantTimeEqual } from '#crypto'

import { meshHash } from '../hash.ts'
import type { NetworkKey } from './mask.ts'

const instanceBytes = 8
const tagBytes = 16
const beaconBytes = instanceBytes + tagBytes

/** Where beacons of all networks go by IPv4. @see RFC 2365 §6.2 */
export const beaconGroup4 = '239.192.80.1'

/** Where those of one network go by IPv6: transient, of the local link. @see RFC 4291 §2.7 */
export function beaconGroup6(network: string): string {
  const hash = meshHash('beacon-group', 14, utf8(network.normalize('NFKC'))).toHex()
  return ['ff12', ...(hash.match(/.{4}/g) ?? [])].join(':')
}

/**
 * Says on a local network that one of `key`'s takes cells at `from`: `instance 8 | tag 16`. The tag is
 * over the sender's address too, so that a beacon that is repeated from elsewhere leads nowhere.
 *
 * @param instance 8 random bytes, others after each start.
 * @param from Address and port.
 */
export function encodeBeacon(
  key: NetworkKey,
  instance: Uint8Array,
  from: string,
): Uint8Array<ArrayBuffer> {
  return concat(instance, key.beaconTag(concat(instance, utf8(from))))
}

/** The sender's instance, or undefined for what is no beacon of this network from there. */
export function decodeBeacon(
  key: NetworkKey,
  bytes: Uint8Array,
  from: string,
): Uint8Array<ArrayBuffer> | undefined {
  if (bytes.length !== beaconBytes) return undefined
  const instance = bytes.slice(0, instanceBytes)
  const tag = key.beaconTag(concat(instance, utf8(from)))
  return constantTimeEqual(bytes.subarray(instanceBytes), tag) ? instance : undefined
}
