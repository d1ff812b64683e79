import assert from 'node:assert/strict'

import { encodeFunctionData, getContract, createClient, custom } from 'viem'

import { systemContracts, vePars } from '#contracts'
import * as governance from '#sdk/governance'

import { bundle } from '../../scripts/bundle.ts'

describe('the governance face of the SDK', () => {
  it('has every system contract, with its address and its ABI', () => {
    const told = Object.values(governance).map(({ address, abi }) => [address, abi.length])
    assert.deepEqual(
      new Map(told as [string, number][]),
      new Map(systemContracts.map(({ address, abi }) => [address, abi.length])),
    )
  })

  it('gives viem what it needs to ask and to send, with types', async () => {
    const asked: unknown[] = []
    const transport = custom({
      request: ({ params }: { params: unknown[] }) => {
        asked.push(params[0])
        return Promise.resolve(`0x${'7'.padStart(64, '0')}`)
      },
    })
    const client = createClient({ transport })
    const votes = getContract({ ...governance.veParsContract, client })
    assert.equal(await votes.read.getVotes([`0x${'11'.repeat(20)}`]), 7n)
    const data = encodeFunctionData({
      ...governance.veParsContract,
      functionName: 'getVotes',
      args: [`0x${'11'.repeat(20)}`],
    })
    assert.deepEqual(asked, [{ to: vePars.address, data }])
  })

  it('puts the ABI of a contract into a page, and no code', async () => {
    const page = await bundle(`export { veParsContract } from '#sdk/governance'`)
    assert.match(page, /getPastVotes/)
    assert.doesNotMatch(page, /openVoting|deployedBytecode/)
    assert.ok(!page.includes(vePars.deployedBytecode.slice(0, 200)))
  })
})
