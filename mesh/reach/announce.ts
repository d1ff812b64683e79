import { concat, equal, fixed } from '#base'

import { labelBytes, type RoutedCell } from '../cell.ts'
import { malformed } from '../faults.ts'
import { chainBytes, epochs } from './chain.ts'
import {
  addressBytes,
  addressOf,
  anchorBytes,
  decodeAnchor,
  type Destination,
  destinationHash,
  labelOf,
  nameHashBytes,
} from './destination.ts'

/**
 * An announce in the body of a cell whose label is the destination's:
 *
 * - full, 137 bytes, 156 with the cell's header: `address32 | epoch4 | value16 | kemHash32 | sigHash32
 *   | anchor21`, and the name's hash 16 where it is not of the address itself. Who hears one needs
 *   nothing before it.
 * - short, 36 bytes, 55 with the header: `address label 16 | epoch4 | value16`, for who knows the rest.
 *
 * The cell's context tells which; its highest bit marks the answer to a path request, which goes to
 * who asked and no further.
 */
export type Announce = FullAnnounce | ShortAnnounce

interface Claim {
  /** 16 bytes. */
  readonly label: Uint8Array
  /** 1..`epochs`. */
  readonly epoch: number
  /** 16 bytes: of the chain. */
  readonly value: Uint8Array
  readonly isAnswer: boolean
}

interface FullAnnounce extends Claim {
  readonly isFull: true
  readonly body: AnnounceBody
}

interface ShortAnnounce extends Claim {
  readonly isFull: false
  /** 16 bytes. */
  readonly addressLabel: Uint8Array
}

const contexts = { full: 1, named: 2, short: 3 } as const
const answerBit = 0x80

const epochOffset = addressBytes
const valueOffset = epochOffset + 4
const kemOffset = valueOffset + chainBytes
const sigOffset = kemOffset + 32
const anchorOffset = sigOffset + 32
const fullBytes = anchorOffset + anchorBytes
const namedBytes = fullBytes + nameHashBytes
const shortBytes = labelBytes + 4 + chainBytes

/** The bytes of a full announce, as they are heard, kept and passed on. */
export class AnnounceBody {
  readonly bytes: Uint8Array

  /** @param bytes 137 or 153. Throws `MESH_MALFORMED`. */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== fullBytes && bytes.length !== namedBytes) {
      throw malformed('announce', 'it has another length')
    }
    this.bytes = bytes
    decodeAnchor(this.anchor)
    checkEpoch(this.epoch)
  }

  static of(destination: Destination, epoch: number, value: Uint8Array): AnnounceBody {
    const { address, kemHash, sigHash, anchor, nameHash } = destination
    const parts = [address, fixed(epoch, 4), value, kemHash, sigHash, anchor]
    return new AnnounceBody(concat(...parts, nameHash ?? new Uint8Array(0)))
  }

  get epoch(): number {
    return readEpoch(this.bytes, epochOffset)
  }

  get value(): Uint8Array {
    return this.bytes.subarray(valueOffset, kemOffset)
  }

  get anchor(): Uint8Array {
    return this.bytes.subarray(anchorOffset, fullBytes)
  }

  /** Views of the bytes. */
  get destination(): Destination {
    const { bytes, anchor } = this
    return {
      address: bytes.subarray(0, addressBytes),
      kemHash: bytes.subarray(kemOffset, sigOffset),
      sigHash: bytes.subarray(sigOffset, anchorOffset),
      anchor,
      nameHash: bytes.length === namedBytes ? bytes.subarray(fullBytes) : undefined,
    }
  }

  /** 16 bytes. */
  get label(): Uint8Array {
    const { address, nameHash } = this.destination
    return labelOf(destinationHash(address, nameHash))
  }

  /** The same destination at a later epoch, in bytes of its own. */
  at(epoch: number, value: Uint8Array): AnnounceBody {
    const bytes = new Uint8Array(this.bytes)
    bytes.set(fixed(epoch, 4), epochOffset)
    bytes.set(value, valueOffset)
    return new AnnounceBody(bytes)
  }

  /** Whether both are of one destination, whatever their epochs. */
  isLike(other: AnnounceBody): boolean {
    return (
      equal(this.bytes.subarray(0, epochOffset), other.bytes.subarray(0, epochOffset)) &&
      equal(this.bytes.subarray(kemOffset), other.bytes.subarray(kemOffset))
    )
  }

  /** Whether the address is that of these keys and this anchor, and `label` is the destination's. */
  proves(label: Uint8Array): boolean {
    const { address, kemHash, sigHash, anchor } = this.destination
    return equal(addressOf(kemHash, sigHash, anchor), address) && equal(this.label, label)
  }
}

/** @param label 16 bytes: the destination's. */
export function fullAnnounce(
  body: AnnounceBody,
  label: Uint8Array,
  hops: number,
  isAnswer = false,
): RoutedCell {
  const form = body.bytes.length === fullBytes ? contexts.full : contexts.named
  const context = isAnswer ? form | answerBit : form
  return { kind: 'announce', hops, label, context, body: body.bytes }
}

/** @param label 16 bytes: the destination's. */
export function shortAnnounce(body: AnnounceBody, label: Uint8Array, hops: number): RoutedCell {
  const short = concat(
    body.bytes.subarray(0, labelBytes),
    body.bytes.subarray(epochOffset, kemOffset),
  )
  return { kind: 'announce', hops, label, context: contexts.short, body: short }
}

/** Views of the cell. Throws `MESH_MALFORMED`. Nothing is verified. */
export function decodeAnnounce({ label, context, body }: RoutedCell): Announce {
  const form = context & ~answerBit
  const isAnswer = form !== context
  if (form === contexts.short && !isAnswer) {
    if (body.length !== shortBytes) throw malformed('announce', 'it has another length')
    const epoch = readEpoch(body, labelBytes)
    checkEpoch(epoch)
    const addressLabel = body.subarray(0, labelBytes)
    const value = body.subarray(labelBytes + 4)
    return { isFull: false, label, addressLabel, epoch, value, isAnswer }
  }
  const size = form === contexts.full ? fullBytes : namedBytes
  if (form !== contexts.full && form !== contexts.named) {
    throw malformed('announce', 'it is of no known form')
  }
  if (body.length !== size) throw malformed('announce', 'it has another length')
  const full = new AnnounceBody(body)
  return { isFull: true, label, body: full, epoch: full.epoch, value: full.value, isAnswer }
}

function readEpoch(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at)
}

function checkEpoch(epoch: number): void {
  if (epoch < 1 || epoch > epochs) throw malformed('announce', 'its chain has no such epoch')
}
