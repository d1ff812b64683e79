import assert from 'node:assert/strict'

import { hex, isFault, unhex } from '#base'
import { type FinalityProof, type FinalityTrust, verifyFinality } from '#sdk/finality'

import { Cluster, genesisHash, type Node } from './cluster.ts'

const options = { validators: 4, parameters: { idleRoundDelay: 100 } } as const

async function proofOf(node: Node, height: number): Promise<FinalityProof | undefined> {
  // Here each commit makes one block.
  const blockHash = node.chain[height - 1] ?? ''
  const found = await node.validator?.proveFinality({ height, blockHash, commit: height })
  return (
    found && {
      number: `0x${height.toString(16)}`,
      hash: `0x${blockHash}`,
      attestations: found.map(({ author, core, attestations, signature }) => ({
        author,
        core: hex(core),
        attestations: hex(attestations),
        signature: hex(signature),
      })),
    }
  )
}

function refuses(proof: FinalityProof, trust: FinalityTrust): void {
  assert.throws(
    () => verifyFinality(proof, trust),
    (error) => isFault(error, 'SDK_FINALITY'),
  )
}

describe('the proof that a block is final', function () {
  this.timeout(60_000)

  let cluster: Cluster
  let trust: FinalityTrust
  let proof: FinalityProof
  before(async () => {
    cluster = await new Cluster(options).boot()
    await cluster.run(5_000)
    trust = {
      genesisHash: unhex(`0x${genesisHash}`),
      epoch: 0,
      committee: cluster.epoch.committee.members,
    }
    const found = await proofOf(cluster.node(0), 10)
    assert.ok(found)
    proof = found
  })

  it('is given by every node for final blocks that it keeps, and holds', async () => {
    for (const node of cluster.nodes) {
      for (let height = 1; height <= node.status.finalized; height += 6) {
        const each = await proofOf(node, height)
        assert.ok(each, `block ${height}`)
        verifyFinality(each, trust)
      }
      assert.equal(await proofOf(node, node.chain.length + 5), undefined)
    }
  })

  it('does not hold for another block, height, network, epoch or committee', () => {
    refuses({ ...proof, hash: `0x${'11'.repeat(32)}` }, trust)
    refuses({ ...proof, number: '0xb' }, trust)
    refuses(proof, { ...trust, genesisHash: new Uint8Array(32) })
    refuses(proof, { ...trust, epoch: 1 })
    refuses(proof, { ...trust, committee: trust.committee.toReversed() })
    refuses(proof, { ...trust, committee: [] })
  })

  it('does not hold without a quorum, or with one author twice', () => {
    const [first, ...others] = proof.attestations
    assert.ok(first)
    refuses({ ...proof, attestations: others }, trust)
    refuses({ ...proof, attestations: [first, first, ...others.slice(1)] }, trust)
    refuses({ ...proof, attestations: [] }, trust)
  })

  it('does not hold with any bit of it changed', () => {
    for (const field of ['core', 'attestations', 'signature'] as const) {
      for (const at of [0, 7, 60, 130, 190]) {
        const [first, ...others] = proof.attestations
        assert.ok(first)
        const bytes = unhex(first[field])
        if (at >= bytes.length) continue
        bytes[at]! ^= 0x10
        const forged = { ...first, [field]: hex(bytes) }
        refuses({ ...proof, attestations: [forged, ...others] }, trust)
      }
    }
  })
})
