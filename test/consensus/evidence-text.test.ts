import assert from 'node:assert/strict'

import { formatEvidence, headerDigest } from '#consensus'
import { sha256 } from '#crypto'

import type { HeaderCore } from '../../consensus/core/block.ts'
import { testBlock } from './blocks.ts'
import { testEpoch } from './world/world.ts'

describe('evidence as text', () => {
  it('has the very bytes that were signed', () => {
    const epoch = testEpoch([1, 1, 1, 1])
    const [first, second] = [0, 1].map((more) => {
      const { header } = testBlock(epoch, { author: 2, timestampMs: epoch.startMs + more })
      return { core: header.core, signature: header.signature, attestations: header.attestations }
    })
    assert.ok(first !== undefined && second !== undefined)
    const digests = [headerDigest(first.core), headerDigest(second.core)] as const
    const evidence = { kind: 'equivocation', epoch: 0, author: 2, first, second, digests } as const
    const read = JSON.parse(formatEvidence(evidence)) as Record<'first' | 'second', Signed>
    assert.deepEqual([digestOf(read.first), digestOf(read.second)], digests)
    assert.notEqual(read.first.core, read.second.core)
    assert.equal(read.first.signature, `0x${first.signature.toHex()}`)
  })
})

interface Signed {
  readonly core: string
  readonly signature: string
}

/** As PIP-0007 has it. */
function digestOf({ core }: Signed): HeaderCore['bodyRoot'] {
  const bytes = Uint8Array.fromHex(core.slice(2))
  return sha256(Uint8Array.from([...new TextEncoder().encode('pars/dag/hdr/1'), ...bytes])).toHex()
}
