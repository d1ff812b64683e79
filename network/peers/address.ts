import { isIP } from 'node:net'

import { isPrivateIp } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'

import { Fault } from '#base'

import { parsePeerId } from '../identity/peer-id.ts'
import { limits } from '../limits.ts'

/** Where a peer listens, with the PeerId that it must prove. */
export interface Address {
  /** `/ip4/192.0.2.1/tcp/7227/p2p/Qm…` */
  readonly text: string
  readonly peer: string
  readonly host: string
  readonly multiaddr: Multiaddr
}

const shape = /^\/(ip4|ip6|dns|dns4|dns6)\/([0-9A-Za-z.:-]+)\/tcp\/(\d{1,5})\/p2p\/(Qm\w{44})$/

/** Throws `NETWORK_ADDRESS`. An address without `/p2p/` is none: whoever answers there would be it. */
export function parseAddress(text: string): Address {
  if (text.length <= limits.addressBytes.value) {
    const [, kind = '', host = '', port = '', peer = ''] = shape.exec(text) ?? []
    const family = isIP(host)
    const isHost = kind.startsWith('dns') ? family === 0 : kind === `ip${family}`
    if (peer !== '' && isHost && Number(port) > 0 && Number(port) < 65_536) {
      parsePeerId(peer)
      return { text, peer, host, multiaddr: multiaddr(text) }
    }
  }
  throw new Fault(
    { code: 'NETWORK_ADDRESS', address: text.slice(0, 120) },
    'give /ip4/<address>/tcp/<port>/p2p/<PeerId>',
  )
}

/** The IP address in a multiaddr of a connection; undefined for names. */
export function hostOf(address: Multiaddr): string | undefined {
  const host = address.toString().split('/')[2] ?? ''
  return isIP(host) === 0 ? undefined : host
}

/** How far an IP address reaches: this machine, its network, everywhere. */
function reach(host: string): 0 | 1 | 2 {
  if (/^127\.|^::1$|^::ffff:127\./.test(host)) return 0
  return isPrivateIp(host) === true ? 1 : 2
}

/**
 * Whether `host` means the same to us and to a peer at `other`, which is everywhere when that is
 * unknown. Telling further what reaches less far would leak a private network, and believing it would
 * let a stranger point us into ours. A name means what its owner makes of it, so none is shared.
 */
export function isShared(host: string, other: string | undefined): boolean {
  if (isIP(host) === 0) return false
  return reach(host) >= (other === undefined ? 2 : reach(other))
}
