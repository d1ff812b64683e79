/**
 * What a light client starts from: the state of one height, and everything before it, under the
 * signatures of a quorum.
 *
 * @see PIP-0007 "Checkpoints"
 */
import { ByteVectorType, ContainerType, ListCompositeType } from '@chainsafe/ssz'

import { concat, utf8 } from '#base'
import { sha256 } from '#crypto'
import { algorithms } from '#protocol'

import type { Digest } from '../core/block.ts'
import { bytes32, exactly, safe, u16, u64, unhexed } from '../core/ssz.ts'
import { limits } from '../limits.ts'

export const checkpointVersion = 1

export interface Checkpoint {
  readonly version: number
  readonly chainId: bigint
  /** G. */
  readonly genesisHash: Digest
  readonly epoch: number
  readonly height: number
  readonly blockHash: Digest
  readonly stateRoot: Digest
  /** Over the hashes of the blocks below `height`. */
  readonly historyRoot: Digest
  readonly committeeRoot: Digest
  readonly nextCommitteeRoot: Digest
}

export interface CheckpointSignature {
  readonly author: number
  readonly signature: Uint8Array
}

export interface CheckpointCertificate {
  readonly checkpoint: Checkpoint
  /** Of a quorum of distinct members, ascending. */
  readonly signatures: readonly CheckpointSignature[]
}

const tag = utf8('pars/ckpt/1')
const checkpointType = new ContainerType({
  version: u16,
  chainId: u64,
  genesisHash: bytes32,
  epoch: u64,
  height: u64,
  blockHash: bytes32,
  stateRoot: bytes32,
  historyRoot: bytes32,
  committeeRoot: bytes32,
  nextCommitteeRoot: bytes32,
})
const signatureType = new ContainerType({
  author: u16,
  signature: new ByteVectorType(algorithms[0x65].signatureBytes),
})
const signedType = new ContainerType({ checkpoint: checkpointType, signed: signatureType })
const certificateType = new ContainerType({
  checkpoint: checkpointType,
  signatures: new ListCompositeType(signatureType, limits.committee.value),
})

type Wire = ReturnType<typeof checkpointType.deserialize>

/** What the members sign under `pars-ckpt-v1`. */
export function checkpointHash(checkpoint: Checkpoint): Digest {
  return sha256(concat(tag, checkpointType.serialize(toWire(checkpoint)))).toHex()
}

/** One member's signature, as it is gossiped. */
export function encodeSigned(checkpoint: Checkpoint, signed: CheckpointSignature): Uint8Array {
  return signedType.serialize({ checkpoint: toWire(checkpoint), signed })
}

/** Throws `CONSENSUS_FRAME`. */
export function decodeSigned(bytes: Uint8Array): {
  readonly checkpoint: Checkpoint
  readonly signed: CheckpointSignature
} {
  const { checkpoint, signed } = exactly(signedType, bytes)
  return { checkpoint: fromWire(checkpoint), signed }
}

export function encodeCertificate(certificate: CheckpointCertificate): Uint8Array {
  return certificateType.serialize({
    checkpoint: toWire(certificate.checkpoint),
    signatures: [...certificate.signatures],
  })
}

/** Throws `CONSENSUS_FRAME`. Whether the signatures are good is not looked at. */
export function decodeCertificate(bytes: Uint8Array): CheckpointCertificate {
  const { checkpoint, signatures } = exactly(certificateType, bytes)
  return { checkpoint: fromWire(checkpoint), signatures }
}

function toWire(checkpoint: Checkpoint): Wire {
  const { version, chainId, epoch, height } = checkpoint
  return {
    version,
    chainId,
    genesisHash: unhexed(checkpoint.genesisHash),
    epoch: BigInt(epoch),
    height: BigInt(height),
    blockHash: unhexed(checkpoint.blockHash),
    stateRoot: unhexed(checkpoint.stateRoot),
    historyRoot: unhexed(checkpoint.historyRoot),
    committeeRoot: unhexed(checkpoint.committeeRoot),
    nextCommitteeRoot: unhexed(checkpoint.nextCommitteeRoot),
  }
}

function fromWire(wire: Wire): Checkpoint {
  return {
    version: wire.version,
    chainId: wire.chainId,
    genesisHash: wire.genesisHash.toHex(),
    epoch: safe(wire.epoch),
    height: safe(wire.height),
    blockHash: wire.blockHash.toHex(),
    stateRoot: wire.stateRoot.toHex(),
    historyRoot: wire.historyRoot.toHex(),
    committeeRoot: wire.committeeRoot.toHex(),
    nextCommitteeRoot: wire.nextCommitteeRoot.toHex(),
  }
}
