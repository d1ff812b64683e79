import type { Random } from '#base'

import type { RoutedCell } from '../../../mesh/cell.ts'
import { AnnounceBody, fullAnnounce } from '../../../mesh/reach/announce.ts'
import { Descent } from '../../../mesh/reach/chain.ts'
import { addressOf, encodeAnchor } from '../../../mesh/reach/destination.ts'
import { halfHour, seeded, start } from './scene.ts'

/** An announce that proves itself, of a chain no longer than its epoch: what a flooder makes. */
export function cheapAnnounce(seed: string, epoch = 11, hops = 5): RoutedCell {
  const random = seeded(`cheap ${seed}`)
  const value = random.bytes(16)
  const descent = new Descent(value, epoch, 0)
  descent.run(epoch)
  const began = start / 1000 - ((epoch - 1) * halfHour) / 1000
  const anchor = encodeAnchor({ value: descent.value, start: began, interval: 30 })
  return announceOf(random, anchor, epoch, value, hops)
}

/** Of an address that is right and a chain that is not: only the whole descent finds out. */
export function forgedAnnounce(seed: string, epoch = 11): RoutedCell {
  const random = seeded(`forged ${seed}`)
  const anchor = encodeAnchor({ value: random.bytes(16), start: start / 1000, interval: 30 })
  return announceOf(random, anchor, epoch, random.bytes(16), 5)
}

function announceOf(
  random: Random,
  anchor: Uint8Array,
  epoch: number,
  value: Uint8Array,
  hops: number,
): RoutedCell {
  const [kemHash, sigHash] = [random.bytes(32), random.bytes(32)]
  const address = addressOf(kemHash, sigHash, anchor)
  const body = AnnounceBody.of({ address, kemHash, sigHash, anchor }, epoch, value)
  return fullAnnounce(body, address.subarray(0, 16), hops)
}
