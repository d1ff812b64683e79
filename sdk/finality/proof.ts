import { sha256 } from '@noble/hashes/sha2.js'

import { concat, equal, Fault, type Hex, hex, unhex, utf8 } from '#base'
import { contexts } from '#protocol'

import { verifySignature } from '../noble.ts'

/** The answer of `pars_getFinality`. */
export interface FinalityProof {
  readonly number: Hex
  readonly hash: Hex
  readonly attestations: readonly {
    readonly author: number
    readonly core: Hex
    readonly attestations: Hex
    readonly signature: Hex
  }[]
}

/** What a client has to know beforehand: the `validators` of the genesis document. */
export interface FinalityTrust {
  /** G, 32 bytes. */
  readonly genesisHash: Uint8Array
  readonly epoch: number
  /** In the order of the document. */
  readonly committee: readonly { readonly publicKey: Uint8Array; readonly stake: bigint }[]
}

/** Where things stand in the core of a header. @see PIP-0007 "Encoding" */
const core = {
  bytes: 198,
  genesisHash: [10, 42],
  epoch: [42, 50],
  author: [54, 56],
  attestationsRoot: [128, 160],
} as const
const entryBytes = 40
const tags = { header: utf8('pars/dag/hdr/1'), attestations: utf8('pars/dag/attestations/1') }

/**
 * Whether validators with a quorum of the stake have signed that they executed the block: it is final,
 * and with it every block before. Throws `SDK_FINALITY` with the reason where the proof does not show
 * that.
 */
export function verifyFinality(proof: FinalityProof, trust: FinalityTrust): void {
  const { committee } = trust
  const total = committee.reduce((sum, { stake }) => sum + stake, 0n)
  const quorum = total - (total - 1n) / 3n
  const authors = new Set<number>()
  let stake = 0n
  for (const one of proof.attestations) {
    const member = committee[one.author]
    if (member === undefined || authors.has(one.author)) throw unproven('author')
    checkOne(one, proof, trust)
    const digest = sha256(concat(tags.header, unhex(one.core)))
    const isSigned = verifySignature(0x65, member.publicKey, {
      message: digest,
      signature: unhex(one.signature),
      context: contexts.dag,
    })
    if (!isSigned) throw unproven('signature')
    authors.add(one.author)
    stake += member.stake
  }
  if (stake < quorum) throw unproven('quorum')
}

/** What the author signed: this network, this epoch, and among its attestations this block. */
function checkOne(
  one: FinalityProof['attestations'][number],
  { number, hash }: FinalityProof,
  { genesisHash, epoch }: FinalityTrust,
): void {
  const header = unhex(one.core)
  const list = unhex(one.attestations)
  if (header.length !== core.bytes || list.length % entryBytes !== 0) throw unproven('form')
  const isOurs = equal(header.subarray(...core.genesisHash), genesisHash)
  if (!isOurs || littleEndian(header.subarray(...core.epoch)) !== BigInt(epoch)) {
    throw unproven('network')
  }
  if (littleEndian(header.subarray(...core.author)) !== BigInt(one.author)) throw unproven('author')
  const root = sha256(concat(tags.attestations, list))
  if (!equal(root, header.subarray(...core.attestationsRoot))) throw unproven('attestations')
  for (let at = 0; at < list.length; at += entryBytes) {
    const isHeight = littleEndian(list.subarray(at, at + 8)) === BigInt(number)
    if (isHeight && hex(list.subarray(at + 8, at + entryBytes)) === hash.toLowerCase()) return
  }
  throw unproven('block')
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

function unproven(what: string): Fault {
  return new Fault(
    { code: 'SDK_FINALITY', what },
    'this does not show that the block is final: ask another node, or later',
  )
}
