/**
 * What shows to somebody who knows the committee alone that a block is final: signed headers whose
 * authors attest its hash.
 *
 * @see PIP-0007 "Attestations and finality"
 */
import type { Digest } from './core/block.ts'
import { type Committee, StakeSet } from './core/committee.ts'
import { encodeAttestations, encodeHeaderCore } from './core/ssz.ts'
import { limits } from './limits.ts'
import type { DagStore } from './store/dag-store.ts'
import { blockRange } from './store/keys.ts'
import { decodeStoredBlock, isVerified } from './store/records.ts'

/** One header that attests it. The signature is over sha256(`pars/dag/hdr/1` ‖ core). */
export interface SignedAttestation {
  /** Index in the committee. */
  readonly author: number
  /** SSZ, 198 bytes. */
  readonly core: Uint8Array
  /** SSZ of the list that the core's attestations root is over: 40 bytes each. */
  readonly attestations: Uint8Array
  readonly signature: Uint8Array
}

export interface ProvenBlock {
  readonly height: number
  readonly blockHash: Digest
  /** Index of the commit that made it. */
  readonly commit: number
}

/**
 * Attestations of block `height` by a quorum, by author. Undefined where this node has none: they are
 * kept as long as the order.
 */
export async function proveFinality(
  dag: DagStore,
  committee: Committee,
  block: ProvenBlock,
): Promise<readonly SignedAttestation[] | undefined> {
  const from = dag.extent(block.commit)?.leaderRound
  if (from === undefined) return undefined
  const found = new Map<number, SignedAttestation>()
  const authors = new StakeSet(committee)
  const range = blockRange(dag.epoch, from, from + limits.provenRounds.value)
  for await (const [, stored] of dag.entries(range)) {
    if (!isVerified(stored)) continue
    const { author, header } = decodeStoredBlock(stored).block
    const attests = header.attestations.some(
      ({ height, blockHash }) => height === block.height && blockHash === block.blockHash,
    )
    if (!attests || authors.has(author)) continue
    authors.add(author)
    found.set(author, {
      author,
      core: encodeHeaderCore(header.core),
      attestations: encodeAttestations(header.attestations),
      signature: header.signature,
    })
    if (authors.stake >= committee.quorum) {
      return [...found.values()].toSorted((a, b) => a.author - b.author)
    }
  }
  return undefined
}
