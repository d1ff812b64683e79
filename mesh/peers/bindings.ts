/**
 * T4: which node speaks for which validator. The validator's key signs it, and a binding with a higher
 * sequence number takes the place of one before. Nothing makes one yet.
 *
 * @see PIP-0008 "Validators' nodes"
 */
import {
  concat,
  decodeRlp,
  encodeRlp,
  equal,
  Fault,
  fixed,
  isFault,
  toBigInt,
  trimmed,
  utf8,
} from '#base'
import { mlDsa, type SigningKey } from '#crypto'
import { contexts } from '#protocol'

import { parsePeerId } from '../identity/peer-id.ts'
import { limits } from '../limits.ts'

export interface PeerBinding {
  readonly networkId: Uint8Array
  readonly epoch: number
  /** The validator's index in the committee of `epoch`. */
  readonly author: number
  readonly peer: string
  readonly sequence: number
  readonly signature: Uint8Array
}

export interface BoundValidator {
  /** ML-DSA-65, 1952 bytes. */
  readonly publicKey: Uint8Array
  /** The node of the genesis or of staking: sequence 0, without a binding. */
  readonly peer?: string
}

const tag = utf8('pars/peer-binding/1')

/** The bytes that the validator's key signs under `pars-peer-v1`. */
function preimage(binding: Omit<PeerBinding, 'signature'>): Uint8Array<ArrayBuffer> {
  return concat(
    tag,
    binding.networkId,
    fixed(binding.epoch, 8),
    fixed(binding.author, 2),
    parsePeerId(binding.peer).toMultihash().bytes,
    fixed(binding.sequence, 8),
  )
}

export function signPeerBinding(
  key: SigningKey,
  binding: Omit<PeerBinding, 'signature'>,
): PeerBinding {
  return { ...binding, signature: key.sign(preimage(binding), contexts.peer) }
}

export function encodePeerBinding(binding: PeerBinding): Uint8Array<ArrayBuffer> {
  const { networkId, epoch, author, peer, sequence, signature } = binding
  const numbers = [epoch, author, sequence].map((value) => trimmed(value))
  return encodeRlp([networkId, ...numbers, utf8(peer), signature])
}

/** Throws `MESH_BINDING`, nothing else, whatever the bytes. */
export function decodePeerBinding(bytes: Uint8Array): PeerBinding {
  const fields = parse(bytes)
  if (fields.length !== 6) throw invalid('fields')
  const [networkId, epoch, author, sequence, peer, signature] = fields
  if (networkId?.length !== 32 || signature?.length !== 3309) throw invalid('lengths')
  return {
    networkId: networkId.slice(),
    epoch: number(epoch),
    author: number(author),
    peer: peerText(peer),
    sequence: number(sequence),
    signature: signature.slice(),
  }
}

/** The bindings in force in one epoch: for each validator the one with the highest sequence. */
export class PeerBindings {
  readonly #networkId: Uint8Array
  readonly #epoch: number
  readonly #committee: readonly BoundValidator[]
  readonly #held = new Map<number, PeerBinding>()

  constructor(networkId: Uint8Array, epoch: number, committee: readonly BoundValidator[]) {
    this.#networkId = networkId
    this.#epoch = epoch
    this.#committee = committee
  }

  get epoch(): number {
    return this.#epoch
  }

  /** The node of a validator, undefined while none is known. */
  peerOf(author: number): string | undefined {
    return this.#held.get(author)?.peer ?? this.#committee[author]?.peer
  }

  /** All nodes that speak for a validator now. */
  peers(): ReadonlySet<string> {
    const authors = [...this.#committee.keys()]
    return new Set(
      authors.map((author) => this.peerOf(author)).filter((peer) => peer !== undefined),
    )
  }

  held(): readonly PeerBinding[] {
    return [...this.#held.values()]
  }

  /**
   * Takes a binding that is newer than what is held.
   * @returns False when it is of another epoch or not newer: no fault of who sent it.
   * @throws `MESH_BINDING` when it is wrong whenever it is read: its sender made it or never looked.
   */
  async offer(binding: PeerBinding): Promise<boolean> {
    if (!equal(binding.networkId, this.#networkId)) throw invalid('another network')
    if (binding.epoch !== this.#epoch) return false
    const member = this.#committee[binding.author]
    if (member === undefined) throw invalid('no such author')
    if (!this.#isNewer(binding)) return false
    const signed = await mlDsa(0x65).verifyAsync(
      member.publicKey,
      preimage(binding),
      binding.signature,
      contexts.peer,
    )
    if (!signed) throw invalid('signature')
    // Another may have come while this one was verified.
    if (!this.#isNewer(binding)) return false
    this.#held.set(binding.author, binding)
    return true
  }

  #isNewer({ author, sequence }: PeerBinding): boolean {
    return sequence > (this.#held.get(author)?.sequence ?? 0)
  }
}

function parse(bytes: Uint8Array): readonly Uint8Array[] {
  if (bytes.length > limits.statusBytes.value) throw invalid('too long')
  try {
    const item = decodeRlp(bytes, 1)
    if (item instanceof Uint8Array) return []
    return item.every((field) => field instanceof Uint8Array) ? item : []
  } catch (error) {
    if (!isFault(error)) throw error
    throw invalid('not RLP')
  }
}

function number(field: Uint8Array | undefined): number {
  if (field === undefined || field.length > 6 || field[0] === 0) throw invalid('number')
  return Number(toBigInt(field))
}

function peerText(field: Uint8Array | undefined): string {
  const text = new TextDecoder().decode(field)
  try {
    parsePeerId(text)
    return text
  } catch (error) {
    if (isFault(error)) throw invalid('peer')
    throw error
  }
}

function invalid(reason: string): Fault<{ code: 'MESH_BINDING'; reason: string }> {
  return new Fault({ code: 'MESH_BINDING', reason })
}
