/**
 * T4: what says that a node speaks for a validator, signed by the validator's key.
 *
 * @see PIP-0008 "Validators' nodes"
 */
import { concat, decodeRlp, encodeRlp, Fault, fixed, isFault, toBigInt, trimmed, utf8 } from '#base'
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

/** Throws `NETWORK_BINDING`, nothing else, whatever the bytes. */
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

/** Whether `publicKey` signed it. */
export function isSigned(binding: PeerBinding, publicKey: Uint8Array): Promise<boolean> {
  return mlDsa(0x65).verifyAsync(publicKey, preimage(binding), binding.signature, contexts.peer)
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

export function invalid(reason: string): Fault<{ code: 'NETWORK_BINDING'; reason: string }> {
  return new Fault({ code: 'NETWORK_BINDING', reason })
}
