import assert from 'node:assert/strict'

import { concat, utf8 } from '#base'
import { sha256 } from '#crypto'

import type { Header } from '../../consensus/core/block.ts'
import {
  bodyRoot,
  closingHash,
  firstClosingHash,
  genesisDigest,
  headerDigest,
  signedKey,
} from '../../consensus/core/hashes.ts'
import { encodeHeaderCore } from '../../consensus/core/ssz.ts'
import { checkBlock, genesisRefs } from '../../consensus/core/validity.ts'
import { digestOf, forged, testBlock } from './blocks.ts'
import { genesisHash, testEpoch } from './world/world.ts'

const epoch = testEpoch([1, 1, 1, 1])
const genesis = genesisRefs(epoch)

const closing = {
  version: 1,
  chainId: 7227n,
  genesisHash,
  epoch: 0,
  finalCommitIndex: 10,
  finalCommitDigest: digestOf(1),
  finalHeight: 12,
  blockHash: digestOf(2),
  stateRoot: digestOf(3),
  nextCommitteeRoot: digestOf(4),
}

describe('hashes of consensus', () => {
  it('name a header by its tag and core alone', () => {
    const block = testBlock(epoch)
    const preimage = concat(utf8('pars/dag/hdr/1'), encodeHeaderCore(block.header.core))
    assert.equal(block.digest, sha256(preimage).toHex())
  })

  it('name two signatures of one header as one block, and tell them apart for verdicts', () => {
    const block = testBlock(epoch)
    const twin = forged(block)
    assert.equal(headerDigest(twin.header.core), block.digest)
    const key = (header: Header) => signedKey(block.digest, header.signature)
    assert.notEqual(key(twin.header), key(block.header))
  })

  it('bind every list of a header to what is signed', () => {
    const vote = { index: 1, digest: digestOf(1) }
    const attestation = { height: 1, blockHash: digestOf(1) }
    const { header, body } = testBlock(epoch)
    const changes: readonly Partial<Header>[] = [
      { ancestors: header.ancestors.slice(0, 3) },
      { attestations: [attestation] },
      { commitVotes: [vote] },
    ]
    for (const change of changes) {
      const altered = { header: { ...header, ...change }, body }
      assert.throws(() => checkBlock(altered, epoch, genesis), { code: 'CONSENSUS_BLOCK' })
    }
    assert.throws(() =>
      checkBlock({ header, body: { transactions: [new Uint8Array(1)] } }, epoch, genesis),
    )
  })

  it('cannot take an attestation for a commit vote', () => {
    const attested = testBlock(epoch, { attestations: [{ height: 1, blockHash: digestOf(1) }] })
    const voted = testBlock(epoch, { commitVotes: [{ index: 1, digest: digestOf(1) }] })
    assert.notEqual(attested.header.core.attestationsRoot, voted.header.core.commitVotesRoot)
  })

  it('tell bodies apart that a Merkle tree could confuse', () => {
    const [a, b, c] = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)]
    const roots = [[], [a], [b], [a, b], [b, a], [a, b, c], [a, b, c, c]].map((transactions) =>
      bodyRoot({ transactions }),
    )
    assert.equal(new Set(roots).size, roots.length)
    const inner = concat(
      sha256(concat(Uint8Array.of(0), sha256(a))),
      sha256(concat(Uint8Array.of(0), sha256(b))),
    )
    assert.notEqual(bodyRoot({ transactions: [inner] }), bodyRoot({ transactions: [a, b] }))
  })

  it('derive round 0 from the closing hash, which no certificate can change', () => {
    const hash = closingHash(closing)
    assert.equal(hash, closingHash({ ...closing }))
    assert.notEqual(hash, closingHash({ ...closing, stateRoot: digestOf(5) }))
    const { root } = epoch.committee
    assert.notEqual(
      genesisDigest(root, hash, 0),
      genesisDigest(root, firstClosingHash(genesisHash), 0),
    )
    assert.notEqual(genesisDigest(root, hash, 0), genesisDigest(root, hash, 1))
  })
})
